import { type Context, Hono } from 'hono'
import { cors } from 'hono/cors'
import { addAttempts } from './attempts'
import { avatarUrl } from './avatar'
import type { BrowserSessions } from './browser-session'
import { environmentJson } from './environment'
import { ClerkError, notFound, signedOut } from './errors'
import { accountJson, clientJson, frontendUserJson, sessionJson } from './json'
import type { Client, ExternalAccount, Session, User } from './records'
import type { State } from './state'

interface Parts {
  state: State
  browsers: BrowserSessions
  appUrl: string
  url: string
  count: (route: string) => void
  jwks: object
}

/** The API that clerk-js and the middleware's handshake use, mounted where NEXT_PUBLIC_CLERK_PROXY_URL points. */
export function createFrontendApi({ state, browsers, appUrl, url, count, jwks }: Parts) {
  const api = new Hono()
  api.use(cors({ origin: appUrl, credentials: true, exposeHeaders: ['authorization'] }))

  /** clerk-js sends every method other than GET as POST, with the real method in `_method`. */
  function on(method: string, path: string, answer: (context: Context) => Promise<Response>) {
    api.on(method === 'GET' ? ['GET'] : [method, 'POST'], path, async (context, next) => {
      const actualMethod = context.req.query('_method') ?? context.req.method
      if (actualMethod.toUpperCase() !== method) return next()
      if (method !== 'GET' && context.req.header('origin') !== appUrl)
        throw new ClerkError(400, 'origin_invalid', 'Invalid HTTP Origin header')
      count(`${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
      context.header('cache-control', 'no-store')
      return answer(context)
    })
  }

  async function describe(session: Session) {
    const user = state.user(session.userId)
    return {
      ...sessionJson(session),
      factor_verification_age: [0, -1],
      last_active_token: { object: 'token', jwt: await browsers.jwt(session) },
      user: frontendUserJson(user, url),
      public_user_data: publicData(user, url),
    }
  }

  async function describeClient(client: Client | undefined) {
    if (!client) return null
    const sessions = await Promise.all(state.sessionsOf(client).map(describe))
    return { ...clientJson(client, sessions, sessions.at(-1)?.id ?? null), ...openAttempts(client) }
  }
  const clientOfBrowser = (context: Context) => describeClient(browsers.clientOf(context))
  const openAttempts = addAttempts({ state, browsers, url, on, describeClient })

  function sessionOf(context: Context): Session {
    const client = browsers.clientOf(context)
    const found =
      client && state.sessionsOf(client).find((open) => open.id === context.req.param('session_id'))
    if (!found) throw signedOut()
    return found
  }

  function currentUser(context: Context): User {
    const session = browsers.activeSession(browsers.clientOf(context))
    if (!session) throw signedOut()
    return state.user(session.userId)
  }

  async function endAllSessions(context: Context) {
    const client = browsers.clientOf(context)
    for (const open of client ? state.sessionsOf(client) : []) state.endSession(open.id, 'removed')
    await browsers.setCookies(context, client)
    return context.json({ response: await clientOfBrowser(context), client: null })
  }

  async function end(context: Context, status: 'ended' | 'removed') {
    const session = state.endSession(sessionOf(context).id, status)
    await browsers.setCookies(context, browsers.clientOf(context))
    const response = { ...(await describe(session)), status }
    return context.json({ response, client: await clientOfBrowser(context) })
  }

  api.get('/.well-known/jwks.json', (context) => context.json(jwks))
  on('GET', '/v1/environment', async (context) =>
    context.json(
      environmentJson({
        signIn: `${url}/sign-in`,
        signUp: `${url}/sign-in`,
        account: `${url}/user`,
        app: appUrl,
      }),
    ),
  )
  on('GET', '/v1/client', async (context) =>
    context.json({ response: await clientOfBrowser(context), client: null }),
  )
  on('DELETE', '/v1/client', endAllSessions)
  on('DELETE', '/v1/client/sessions', endAllSessions)
  on('GET', '/v1/client/handshake', async (context) => {
    const back = context.req.query('redirect_url')
    if (!back || !isWithin(back, appUrl))
      throw new ClerkError(400, 'invalid_redirect_url', 'Invalid redirect URL')
    await browsers.setCookies(context, browsers.clientOf(context))
    context.header('referrer-policy', 'no-referrer')
    return context.redirect(back, 307)
  })
  on('POST', '/v1/client/sessions/:session_id/touch', async (context) => {
    const session = sessionOf(context)
    session.lastActiveAt = state.now()
    return context.json({ response: await describe(session), client: await clientOfBrowser(context) })
  })
  on('POST', '/v1/client/sessions/:session_id/tokens', async (context) =>
    context.json({ object: 'token', jwt: await browsers.jwt(sessionOf(context)) }),
  )
  on('POST', '/v1/client/sessions/:session_id/end', (context) => end(context, 'ended'))
  on('POST', '/v1/client/sessions/:session_id/remove', (context) => end(context, 'removed'))
  on('GET', '/v1/me', async (context) =>
    context.json({
      response: frontendUserJson(currentUser(context), url),
      client: await clientOfBrowser(context),
    }),
  )
  on('PATCH', '/v1/me', async (context) => {
    const body = await context.req.parseBody()
    const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null)
    const unsafe: unknown =
      typeof body.unsafe_metadata === 'string' ? JSON.parse(body.unsafe_metadata) : undefined
    const user = state.updateUser(currentUser(context).id, {
      ...('first_name' in body && { firstName: text(body.first_name) }),
      ...('last_name' in body && { lastName: text(body.last_name) }),
      ...('username' in body && { username: text(body.username) }),
      ...(typeof unsafe === 'object' && unsafe !== null && { unsafeMetadata: { ...unsafe } }),
    })
    return context.json({ response: frontendUserJson(user, url), client: await clientOfBrowser(context) })
  })
  /** A consent that the provider's page, here one of the stand-in's, will ask for. */
  async function askConsent(context: Context, user: User, account: ExternalAccount) {
    const { additional_scope: wanted = [], redirect_url: back } = await context.req.parseBody({ all: true })
    const query = new URLSearchParams({
      ...{ account: account.id, provider: account.provider, redirect_url: String(back ?? appUrl) },
    })
    for (const scope of [wanted].flat()) if (typeof scope === 'string') query.append('scope', scope)
    const response = accountJson(account, user, url, `${url}/consent?${query}`)
    return context.json({ response, client: await clientOfBrowser(context) })
  }
  on('POST', '/v1/me/external_accounts', async (context) => {
    const user = currentUser(context)
    const { strategy } = await context.req.parseBody({ all: true })
    return askConsent(context, user, newAccount(user, String(strategy)))
  })
  on('PATCH', '/v1/me/external_accounts/:id/reauthorize', async (context) => {
    const user = currentUser(context)
    const account = user.accounts.find(({ id }) => id === context.req.param('id'))
    if (!account) throw notFound('external account', context.req.param('id') ?? '')
    return askConsent(context, user, account)
  })
  on('GET', '/v1/me/sessions/active', async (context) => {
    const user = currentUser(context)
    const open = [...state.sessions.values()].filter(
      (session) => session.userId === user.id && session.status === 'active',
    )
    return context.json(open.map((session) => ({ ...sessionJson(session), latest_activity: null })))
  })

  api.notFound((context) => {
    count(`unknown ${context.req.method} ${context.req.path}`)
    return context.json(notFound('endpoint', context.req.path).toJSON(), 404)
  })
  return api
}

/** An account that exists only once its consent was given. */
const newAccount = (user: User, provider: string): ExternalAccount => ({
  ...{ id: 'new', identificationId: 'new', provider, providerUserId: '', scopes: [], grant: 'renewable' },
  ...{ email: user.emails[0]?.address ?? '', token: undefined, createdAt: 0, updatedAt: 0 },
})

function publicData(user: User, url: string) {
  return {
    user_id: user.id,
    first_name: user.firstName,
    last_name: user.lastName,
    image_url: avatarUrl(user, url),
    has_image: true,
    identifier: user.emails[0]?.address ?? user.username ?? user.id,
    username: user.username,
  }
}

export function isWithin(target: string, origin: string): boolean {
  return URL.canParse(target) && new URL(target).origin === origin
}
