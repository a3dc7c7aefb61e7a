import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { getRequestListener, type HttpBindings } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { FOREIGN_HOST, isLoopback, listen } from '../loopback'
import { backendEndpoints } from './backend-api'
import { createBrowserSessions } from './browser-session'
import { createControlApi } from './control-api'
import type { BackendRequest, Endpoint } from './endpoint'
import { ClerkError, invalidSecretKey, notFound } from './errors'
import { createFaults, type RateLimit } from './faults'
import { createFrontendApi } from './frontend-api'
import { createKeys, PUBLISHABLE_KEY, SECRET_KEY, WEBHOOK_SECRET } from './keys'
import { createOAuthTokens } from './oauth-tokens'
import { createPages } from './pages'
import { peopleScript } from './people-script'
import type { Seed, Session } from './records'
import { createRequestLog } from './request-log'
import { createState } from './state'
import { createWebhooks, type WebhookTarget } from './webhooks'

export interface ClerkOptions {
  /** Default: 0, a free one. */
  port?: number
  /** The app's origin, such as `http://localhost:3000`. The pages redirect only there. */
  appUrl: string
  seed: Seed
  webhook?: WebhookTarget
  /** Default: no limit. */
  rateLimit?: RateLimit
  /** The clock, in milliseconds. A test can pass its own. */
  now?: () => number
}

export type ClerkStandIn = Awaited<ReturnType<typeof startClerk>>

/** The folder of Clerk's scripts for browsers, which nothing else needs. Undefined if the package is not installed. */
function folderOf(name: 'clerk-js' | 'ui'): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve(`@clerk/${name}`))
  } catch {
    return undefined
  }
}

const UI_SCRIPT = 'ui.browser.js'

/** A script, since the console of the browser is where somebody looks for the reason. */
const notInstalled = (name: 'clerk-js' | 'ui') => `throw new Error(
  'The Clerk stand-in has no ${name} to serve. Install it: npm install --save-dev @clerk/${name}',
)
`

/** Starts a local Clerk: Backend API, Frontend API, clerk-js, hosted pages and webhooks on one port. */
export async function startClerk(options: ClerkOptions) {
  const now = options.now ?? Date.now
  const appUrl = new URL(options.appUrl).origin
  const keys = await createKeys()
  const server = createServer()
  const port = await listen(server, options.port)
  const url = `http://localhost:${port}`

  const webhooks = createWebhooks({ target: options.webhook, now, url: () => url })
  const state = createState({ seed: options.seed, now, emit: webhooks.send })
  const tokens = createOAuthTokens(state)
  const faults = createFaults(now, options.rateLimit)
  const browsers = createBrowserSessions(state, keys, appUrl)
  const backendLog = createRequestLog()
  const frontendLog = createRequestLog()
  const endpoints = backendEndpoints({ state, tokens, keys, appUrl, url })

  const standIn = {
    url,
    port,
    secretKey: SECRET_KEY,
    publishableKey: PUBLISHABLE_KEY,
    jwtKey: keys.jwtKey,
    endpoints,
    webhooks,
    faults,

    /** The environment with which an app uses this stand-in instead of Clerk. */
    env: {
      NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: PUBLISHABLE_KEY,
      NEXT_PUBLIC_CLERK_PROXY_URL: `${url}/fapi`,
      NEXT_PUBLIC_CLERK_JS_URL: `${url}/clerk-js/clerk.browser.js`,
      ...(folderOf('ui') && { NEXT_PUBLIC_CLERK_UI_URL: `${url}/clerk-ui/${UI_SCRIPT}` }),
      NEXT_PUBLIC_CLERK_SIGN_IN_URL: `${url}/sign-in`,
      NEXT_PUBLIC_CLERK_PREFETCH_UI: 'false',
      NEXT_PUBLIC_CLERK_TELEMETRY_DISABLED: '1',
      NEXT_PUBLIC_CLERK_KEYLESS_DISABLED: '1',
      CLERK_SECRET_KEY: SECRET_KEY,
      CLERK_API_URL: url,
      CLERK_JWT_KEY: keys.jwtKey,
      CLERK_WEBHOOK_SIGNING_SECRET: options.webhook?.secret ?? WEBHOOK_SECRET,
    },

    /** Requests to the Backend API since the start or the last reset. */
    requests: backendLog.read,
    /** Requests to the Frontend API, handshakes included. */
    frontendRequests: frontendLog.read,
    resetRequests() {
      backendLog.reset()
      frontendLog.reset()
    },

    users: () => [...state.users.values()],
    createUser: state.createUser,
    updateUser: state.updateUser,
    deleteUser: state.deleteUser,

    organizations: state.organizations,

    connect: state.connect,
    disconnect: state.disconnect,
    /** Simulates a new consent with other scopes, which issues a new token. */
    setScopes(userId: string, scopes: string[], accountId?: string) {
      for (const { id, email, provider } of [...state.user(userId).accounts])
        if (accountId === undefined || id === accountId) state.connect(userId, { email, provider, scopes })
    },
    expireToken: tokens.expire,
    revokeAtProvider: tokens.revokeAtProvider,
    revokeToken: tokens.revokeToken,
    tokenInfo: tokens.info,
    /** Every OAuth token ever issued, valid or not. */
    issuedTokens: () => [...state.tokens.keys()],

    sessions: (): Session[] => [...state.sessions.values()],
    endSession: state.endSession,
    /**
     * Signs a user in without a browser. Returns the bearer token and the cookies that a browser would have.
     * `impersonator`: who acts for the user, as Clerk's impersonation has it. `origin`: for which app (default: this one).
     * `pending`: a session task is still to be done.
     */
    async issueSession(
      userId: string,
      { origin, impersonator, pending }: { origin?: string; impersonator?: string; pending?: true } = {},
    ) {
      const { client, session } = state.signIn(userId)
      if (impersonator) session.impersonator = impersonator
      if (pending) session.pending = pending
      const jwt = await browsers.jwt(session, origin)
      const cookies: Record<string, string> = {
        ...(await browsers.appCookies(client)),
        __client: client.secret,
      }
      return { jwt, cookies, sessionId: session.id }
    },

    async close() {
      await Promise.all([webhooks.close(), new Promise((done) => server.close(done).closeAllConnections())])
    },
  }

  const app = new Hono<{ Bindings: HttpBindings }>()
  app.onError((error, context) => refusal(context, error))
  app.use(async (context, next) =>
    isLoopback(context.req.header('host')) ? next() : context.text(FOREIGN_HOST, 403),
  )
  app.route(
    '/fapi',
    createFrontendApi({ state, browsers, appUrl, url, count: frontendLog.count, jwks: keys.jwks }),
  )
  app.route('/_local', createControlApi(standIn))
  for (const endpoint of endpoints) {
    app.on(endpoint.method, `/v1${endpoint.path.replace(/\{(\w+)\}/g, ':$1')}`, async (context) => {
      backendLog.count(`${endpoint.method} /v1${endpoint.path}`)
      const end = backendLog.begin()
      context.env.outgoing.once('close', end)
      context.header('clerk-api-version', '2026-05-12')
      const userId = context.req.param('user_id')
      const { connection, latencyMs } = await faults.apply(endpoint.method, `/v1${endpoint.path}`, userId)
      if (connection === 'hang') await new Promise(() => undefined)
      if (connection === 'refuse') context.env.incoming.socket.destroy()
      if (context.req.header('authorization') !== `Bearer ${SECRET_KEY}`) throw invalidSecretKey()
      const response = await answer(context, endpoint)
      if (latencyMs) await sleep(latencyMs)
      return response
    })
  }
  app.get('/:folder{clerk-js|clerk-ui}/:file', async (context) => {
    const { folder: part, file } = context.req.param()
    const name = part === 'clerk-js' ? 'clerk-js' : 'ui'
    const folder = folderOf(name)
    context.header('content-type', 'text/javascript; charset=utf-8')
    context.header('access-control-allow-origin', '*')
    if (!folder) return context.body(notInstalled(name))
    const script = await readFile(join(folder, basename(file))).catch(() => undefined)
    if (!script) return context.notFound()
    context.header('cache-control', 'public, max-age=3600')
    return file === UI_SCRIPT
      ? context.body(script + peopleScript(url))
      : context.body(new Uint8Array(script))
  })
  app.all('/v1/*', (context) => {
    backendLog.count(`unknown ${context.req.method} ${context.req.path}`)
    return refusal(context, notFound('endpoint', context.req.path))
  })
  app.route('/', createPages({ state, browsers, appUrl, url }))
  server.on('request', getRequestListener(app.fetch))
  return standIn
}

async function answer(context: Context, { answer: run }: Endpoint): Promise<Response> {
  const request: BackendRequest = {
    params: context.req.param(),
    query: new URL(context.req.url).searchParams,
    body: await bodyOf(context),
  }
  return context.json((await run(request)) ?? null)
}

async function bodyOf(context: Context): Promise<Record<string, unknown>> {
  const text = await context.req.text()
  if (text === '') return {}
  const refused = new ClerkError(400, 'request_body_invalid', 'Request body invalid', {
    longMessage: 'The request body is invalid. Please consult the API documentation for more information.',
  })
  try {
    const body: unknown = JSON.parse(text)
    if (typeof body !== 'object' || body === null || Array.isArray(body)) throw refused
    return { ...body }
  } catch {
    throw refused
  }
}

/** Keeps the headers that are set already: without those for CORS clerk-js could not read the error. */
function refusal(context: Context, error: unknown): Response {
  const known =
    error instanceof ClerkError ? error : new ClerkError(500, 'internal_clerk_error', String(error))
  const headers = new Headers(context.res.headers)
  headers.set('content-type', 'application/json')
  if (known.retryAfter !== undefined) headers.set('retry-after', String(known.retryAfter))
  return new Response(JSON.stringify(known), { status: known.status, headers })
}
