import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { COOKIE_SUFFIX, type Keys } from './keys'
import type { Client, Session } from './records'
import type { State } from './state'

const YEAR = 365 * 24 * 3600

export type BrowserSessions = ReturnType<typeof createBrowserSessions>

/**
 * The cookies of Clerk: `__client` is the Frontend API's own, `__session` and `__client_uat` are the app's.
 * On localhost the browser sends both to each, because cookies ignore ports.
 */
export function createBrowserSessions(state: State, keys: Keys, appUrl: string) {
  const clientOf = (context: Context): Client | undefined =>
    state.clients.get(getCookie(context, '__client') ?? '')

  const activeSession = (client: Client | undefined): Session | undefined =>
    client && state.sessionsOf(client).at(-1)

  const jwt = (session: Session, origin = appUrl) => keys.sign(session, origin, state.now())

  async function appCookies(client: Client | undefined): Promise<Record<string, string>> {
    const session = activeSession(client)
    const token = session ? await jwt(session) : ''
    const updatedAt = client && session ? String(Math.floor(client.updatedAt / 1000)) : '0'
    return Object.fromEntries(
      ['', `_${COOKIE_SUFFIX}`].flatMap((suffix) => [
        [`__session${suffix}`, token],
        [`__client_uat${suffix}`, updatedAt],
      ]),
    )
  }

  return {
    clientOf,
    activeSession,
    jwt,
    appCookies,

    async setCookies(context: Context, client: Client | undefined) {
      if (client)
        setCookie(context, '__client', client.secret, {
          httpOnly: true,
          sameSite: 'Lax',
          path: '/',
          maxAge: YEAR,
        })
      for (const [name, value] of Object.entries(await appCookies(client)))
        setCookie(context, name, value, { sameSite: 'Lax', path: '/', maxAge: value === '' ? 0 : YEAR })
    },
  }
}
