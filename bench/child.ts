import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const started = z.object({ token: z.string(), urls: z.array(z.string()).min(1), tcp: z.string() })
const counts = z.object({ http: z.number(), commands: z.number(), sockets: z.number() })
export type RestServer = Awaited<ReturnType<typeof startRestServer>>

/** Forks a compiled module of this folder; it ends when `disconnect` is called, or with this process. */
export function forkHere(module: string, args: readonly string[] = []) {
  const path = fileURLToPath(new URL(`${module}.js`, import.meta.url))
  return fork(path, args)
}

/** The next message of a child; rejects when it exits instead. */
export async function nextMessage(child: ReturnType<typeof forkHere>): Promise<unknown> {
  const ended = new AbortController()
  const { signal } = ended
  try {
    const exit = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`A child process ended with ${code} before it answered`)
    })
    const message = once(child, 'message', { signal }).then(([value]): unknown => value)
    exit.catch(() => {})
    return await Promise.race([message, exit])
  } finally {
    ended.abort()
  }
}

/** A real Redis behind the REST protocol, in another process. */
export async function startRestServer(endpoints = 1) {
  const child = forkHere('rest-server', [String(endpoints)])
  const { token, urls, tcp } = started.parse(await nextMessage(child))
  const [url = ''] = urls
  const ask = async (of: string, method: string, path: string) => {
    const response = await fetch(`${of}/_local/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
    })
    return counts.parse(await response.json())
  }
  return {
    url,
    urls,
    token,
    tcp,
    counts: (of = url) => ask(of, 'GET', 'counts'),
    reset: (of = url) => ask(of, 'POST', 'reset'),
    async close() {
      child.disconnect()
      await once(child, 'exit')
    },
  }
}
