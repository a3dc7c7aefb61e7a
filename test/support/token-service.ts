import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

/** A service that gives its own tokens: a password grant as a freight API has it, or client credentials. */
export async function startTokenService(
  settings: { now?: () => number; lifetime?: number; latencyMs?: number } = {},
) {
  const { now = Date.now, lifetime = 12 * 60 * 60, latencyMs = 0 } = settings
  const issued = new Map<string, number>()
  const state = { grants: 0, calls: 0, fail: undefined as number | undefined, lastForm: '', lastBasic: '' }
  /** What a grant answers instead, and over the usual fields. */
  const odd: { status?: number; fields?: Record<string, unknown> } = {}

  const server = createServer(async (request, response) => {
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    if (request.url === '/oauth/token') {
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part)
      const form = new URLSearchParams(Buffer.concat(parts).toString())
      const basic = request.headers.authorization ?? ''
      state.grants++
      state.lastForm = form.toString()
      state.lastBasic = basic
      await pause(latencyMs)
      if (state.fail !== undefined) return answer(state.fail, { error: 'temporarily_unavailable' })
      const isPassword = form.get('grant_type') === 'password' && form.get('password') === 'right secret'
      const client = Buffer.from('client:right+secret').toString('base64')
      const proven = basic === `Basic ${client}` || form.get('client_secret') === 'right secret'
      if (!isPassword && !(form.get('grant_type') === 'client_credentials' && proven))
        return answer(401, { error: 'invalid_client', error_description: `you sent ${state.lastForm}` })
      const token = `svc.${randomBytes(24).toString('base64url')}`
      issued.set(token, now() + lifetime * 1000)
      const body = { access_token: token, token_type: 'Bearer', expires_in: lifetime }
      return answer(odd.status ?? 200, { ...body, ...odd.fields })
    }
    state.calls++
    const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
    if ((issued.get(bearer) ?? 0) <= now()) return answer(401, { error: 'invalid_token' })
    answer(200, { shipments: [{ id: 1 }] })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The service has no port')

  return {
    url: `http://127.0.0.1:${address.port}`,
    state,
    odd,
    /** Every token so far is refused from now on. */
    revokeAll: () => issued.clear(),
    isValid: (token: string) => (issued.get(token) ?? 0) > now(),
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

export type TokenService = Awaited<ReturnType<typeof startTokenService>>
