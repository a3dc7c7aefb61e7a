import { type Context, Hono } from 'hono'
import type { Fault, RateLimit } from './faults'
import type { UserPatch } from './records'
import type { ClerkStandIn } from './server'

/** Controls of the stand-in over HTTP, for tests in other processes and for curl. Requests from browsers are refused. */
export function createControlApi(clerk: Omit<ClerkStandIn, 'close'>) {
  const api = new Hono()
  api.use(async (context, next) => {
    if (context.req.header('origin') || context.req.header('sec-fetch-site'))
      return context.text('Requests from browsers are refused.', 403)
    return next()
  })

  api.get('/requests', (context) => context.json({ ...clerk.requests(), frontend: clerk.frontendRequests() }))
  api.delete('/requests', (context) => {
    clerk.resetRequests()
    return context.body(null, 204)
  })

  api.get('/users', (context) => context.json(clerk.users()))
  api.post('/users', async (context) => {
    const given = await context.req.json<UserPatch & { emails: string[] }>()
    return context.json(clerk.createUser(given))
  })
  api.patch('/users/:id', async (context) =>
    context.json(clerk.updateUser(context.req.param('id'), await context.req.json<UserPatch>())),
  )
  api.delete('/users/:id', (context) => context.json(clerk.deleteUser(context.req.param('id'))))
  api.post('/users/:id/session', async (context) =>
    context.json(await clerk.issueSession(context.req.param('id'), await optionsOf(context))),
  )

  api.post('/users/:id/token/expire', async (context) => {
    const { at, account } = await optionsOf(context)
    clerk.expireToken(context.req.param('id'), at, account)
    return context.body(null, 204)
  })
  api.post('/users/:id/token/revoke', async (context) => {
    clerk.revokeAtProvider(context.req.param('id'), (await optionsOf(context)).account)
    return context.body(null, 204)
  })
  api.put('/users/:id/token/scopes', async (context) => {
    clerk.setScopes(context.req.param('id'), await context.req.json<string[]>())
    return context.body(null, 204)
  })
  api.post('/users/:id/accounts', async (context) => {
    const given = await context.req.json<{ provider?: string; email?: string; scopes: string[] }>()
    return context.json(clerk.connect(context.req.param('id'), given))
  })
  api.delete('/users/:id/accounts/:account', (context) =>
    context.json(clerk.disconnect(context.req.param('id'), context.req.param('account'))),
  )

  api.post('/faults', async (context) => {
    clerk.faults.add(await context.req.json<Fault>())
    return context.body(null, 204)
  })
  api.delete('/faults', (context) => {
    clerk.faults.clear()
    return context.body(null, 204)
  })

  api.put('/rate-limit', async (context) => {
    clerk.faults.limit(await context.req.json<RateLimit>())
    return context.body(null, 204)
  })

  api.get('/webhooks', (context) => context.json(clerk.webhooks.log()))
  api.post('/webhooks/:action', async (context) => {
    const { reversed = false, times } = await optionsOf(context)
    const { webhooks } = clerk
    const actions = new Map<string, () => void | Promise<void>>([
      ['pause', webhooks.pause],
      ['resume', () => webhooks.resume({ reversed })],
      ['duplicate', () => webhooks.duplicate(times ?? 2)],
      ['lose', () => webhooks.loseNext(times ?? 1)],
      ['retry', webhooks.retryNow],
      ['flush', webhooks.flush],
    ])
    const action = actions.get(context.req.param('action'))
    if (!action) return context.text(`One of ${[...actions.keys()].join(', ')}.`, 404)
    await action()
    return context.json(webhooks.log())
  })
  return api
}

interface Options {
  reversed?: boolean
  times?: number
  at?: number
  origin?: string
  impersonator?: string
  /** One account. Default: all of the user. */
  account?: string
}

async function optionsOf(context: Context): Promise<Options> {
  const body = await context.req.text()
  return body === '' ? {} : JSON.parse(body)
}
