import { Hono } from 'hono'
import type { Fault } from './faults'
import type { ClerkStandIn } from './server'

/** The stand-in's own controls over HTTP, for other processes and for curl. Browsers are kept out. */
export function createControlApi(clerk: Omit<ClerkStandIn, 'close'>) {
  const api = new Hono()
  api.use(async (context, next) => {
    if (context.req.header('origin') || context.req.header('sec-fetch-site'))
      return context.text('Not for browsers.', 403)
    return next()
  })

  api.get('/requests', (context) => context.json({ ...clerk.requests(), frontend: clerk.frontendRequests() }))
  api.delete('/requests', (context) => {
    clerk.resetRequests()
    return context.body(null, 204)
  })

  api.get('/users', (context) => context.json(clerk.users()))
  api.patch('/users/:id', async (context) =>
    context.json(clerk.updateUser(context.req.param('id'), await context.req.json())),
  )
  api.delete('/users/:id', (context) => context.json(clerk.deleteUser(context.req.param('id'))))
  api.post('/users/:id/session', async (context) =>
    context.json(await clerk.issueSession(context.req.param('id'))),
  )

  api.post('/users/:id/token/expire', async (context) => {
    const { at } = await context.req.json<{ at?: number }>()
    clerk.expireToken(context.req.param('id'), at)
    return context.body(null, 204)
  })
  api.post('/users/:id/token/revoke', (context) => {
    clerk.revokeAtProvider(context.req.param('id'))
    return context.body(null, 204)
  })
  api.put('/users/:id/token/scopes', async (context) => {
    clerk.setScopes(context.req.param('id'), await context.req.json<string[]>())
    return context.body(null, 204)
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

  api.get('/webhooks', (context) => context.json(clerk.webhooks.log()))
  api.post('/webhooks/:action{pause|resume|duplicate|lose|retry|flush}', async (context) => {
    const body = await context.req.text()
    const told: { reversed?: boolean; times?: number } = body === '' ? {} : JSON.parse(body)
    const { webhooks } = clerk
    const actions = {
      pause: () => webhooks.pause(),
      resume: () => webhooks.resume({ reversed: told.reversed === true }),
      duplicate: () => webhooks.duplicate(told.times ?? 2),
      lose: () => webhooks.loseNext(told.times ?? 1),
      retry: () => webhooks.retryNow(),
      flush: () => webhooks.flush(),
    }
    await actions[context.req.param('action') as keyof typeof actions]()
    return context.json(webhooks.log())
  })
  return api
}
