import type { Subscriber } from './transport'

/** Listens to a channel over a server-sent event stream of Upstash's REST API, until it ends. */
export async function subscribeOverRest(
  { url, token }: { url: string; token: string },
  channel: string,
  signal: AbortSignal,
  to: Subscriber,
): Promise<void> {
  const { ok, body } = await fetch(`${url.replace(/\/$/, '')}/subscribe/${encodeURIComponent(channel)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
    cache: 'no-store',
    signal,
  })
  if (!ok || !body) return
  const prefix = `data: message,${channel},`
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const lines = (rest + part.value).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line.startsWith('data: subscribe,')) to.subscribed()
      if (line.startsWith(prefix)) to.message(line.slice(prefix.length))
    }
  }
}
