import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { FOREIGN_HOST, isLoopback, listen } from '../loopback'

/** What a provider knows about an access token. Times are in milliseconds. */
export interface ProviderToken {
  userId: string
  /** Clerk's strategy, such as `oauth_github`. */
  provider: string
  scopes: string[]
  expiresAt: number
}

export interface ProvidersOptions {
  /** Default: 0, a free one. */
  port?: number
  /** The Clerk stand-in, which issues the tokens. */
  clerk: { tokenInfo: (token: string) => ProviderToken | undefined }
  now?: () => number
}

/**
 * Starts the APIs of GitHub (below `/github`) and Slack (below `/slack/api`), each with a few requests, behind a check
 * that knows which tokens are valid. GitHub refuses a token with 401, and Slack with 200 and `ok: false`.
 */
export async function startProviders(options: ProvidersOptions) {
  const now = options.now ?? Date.now
  const revoked = new Set<string>()
  const requests = new Map<string, number>()
  let script: ((request: Request) => Response | undefined) | undefined
  const app = new Hono()
  app.use(async (context, next) =>
    isLoopback(context.req.header('host')) ? next() : context.text(FOREIGN_HOST, 403),
  )
  app.use(async (context, next) => script?.(context.req.raw) ?? next())
  app.use('/:provider/*', async (context, next) => {
    const route = `${context.req.method} ${context.req.path}`
    requests.set(route, (requests.get(route) ?? 0) + 1)
    return next()
  })

  const bearerOf = (context: Context) => /^bearer (.+)$/i.exec(context.req.header('authorization') ?? '')?.[1]

  /** The token, if it is one of the provider and valid. */
  function holderOf(context: Context, provider: string): ProviderToken | undefined {
    const bearer = bearerOf(context)
    const token = bearer && !revoked.has(bearer) ? options.clerk.tokenInfo(bearer) : undefined
    return token?.provider === provider && token.expiresAt > now() ? token : undefined
  }

  /** A request to GitHub. `accepted`: any of these scopes is enough. */
  const github = (path: string, accepted: string[], answer: (token: ProviderToken) => object) =>
    app.get(`/github${path}`, (context) => {
      const token = holderOf(context, 'oauth_github')
      if (!token) return context.json({ message: 'Bad credentials', status: '401' }, 401)
      context.header('x-oauth-scopes', token.scopes.join(', '))
      context.header('x-accepted-oauth-scopes', accepted.join(', '))
      context.header('x-ratelimit-remaining', '4999')
      const allowed = accepted.length === 0 || accepted.some((scope) => token.scopes.includes(scope))
      return allowed
        ? context.json(answer(token))
        : context.json({ message: `Missing the '${accepted[0]}' scope.`, status: '403' }, 403)
    })
  github('/user', [], ({ userId }) => ({ login: userId }))
  github('/notifications', ['notifications', 'repo'], () => [])

  /** A method of Slack. Every answer is a 200. */
  const slack = (method: string, needed: string | undefined, answer: (token: ProviderToken) => object) =>
    app.all(`/slack/api/${method}`, (context) => {
      const bearer = bearerOf(context)
      const token = holderOf(context, 'oauth_slack')
      if (!bearer) return context.json({ ok: false, error: 'not_authed' })
      if (!token)
        return context.json({
          ...{ ok: false, error: bearer.startsWith('xoxp-') ? 'token_revoked' : 'invalid_auth' },
        })
      context.header('x-oauth-scopes', token.scopes.join(','))
      if (needed && !token.scopes.includes(needed))
        return context.json({ ok: false, error: 'missing_scope', needed, provided: token.scopes.join(',') })
      return context.json({ ok: true, ...answer(token) })
    })
  slack('auth.test', undefined, ({ userId }) => ({ user: userId }))
  slack('conversations.list', 'channels:read', () => ({ channels: [] }))

  const server = createServer(getRequestListener(app.fetch))
  const port = await listen(server, options.port)
  const url = `http://localhost:${port}`

  return {
    url,
    port,
    /** The addresses of the APIs, by the ID of the provider. */
    apis: { github: `${url}/github`, slack: `${url}/slack/api` },
    requests: () => ({
      total: [...requests.values()].reduce((sum, each) => sum + each, 0),
      byRoute: Object.fromEntries(requests),
    }),
    resetRequests: () => requests.clear(),
    /** Makes the provider refuse this token, while Clerk still returns it. */
    revokeToken: (token: string) => void revoked.add(token),
    /** Answers for the providers from now on, where `answer` returns something; without it they answer again. */
    respond: (answer?: (request: Request) => Response | undefined) => {
      script = answer
    },
    close: () => new Promise<void>((done) => server.close(() => done()).closeAllConnections()),
  }
}
