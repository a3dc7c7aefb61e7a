import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { createClerkClient } from '@clerk/backend'
import { Webhook } from 'svix'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { WEBHOOK_SECRET } from '../../../local/clerk/keys'
import { type ClerkStandIn, startClerk } from '../../../local/clerk/server'
import { people, seed } from '../../../local/seed'

interface Received {
  id: string
  type: string
  data: Record<string, unknown>
}

let clerk: ClerkStandIn
let received: Received[]
let statuses: number[]
let stop: () => Promise<void>

beforeEach(async () => {
  received = []
  statuses = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const id = String(request.headers['svix-id'])
    const headers = {
      'svix-id': id,
      'svix-timestamp': String(request.headers['svix-timestamp']),
      'svix-signature': String(request.headers['svix-signature']),
    }
    new Webhook(WEBHOOK_SECRET).verify(body, headers)
    const status = statuses.shift() ?? 200
    if (status === 200) received.push({ id, ...JSON.parse(body) })
    response.writeHead(status).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const url = `http://localhost:${port}/api/webhooks/clerk`
  clerk = await startClerk({
    appUrl: 'http://localhost:3000',
    seed,
    webhook: { url, secret: WEBHOOK_SECRET, retryDelays: [10, 60_000] },
  })
  stop = async () => {
    await clerk.close()
    await new Promise((resolve) => server.close(resolve).closeAllConnections())
  }
})
afterEach(() => stop())

const types = () => received.map((event) => event.type).toSorted()

it('sends a signed webhook for every change to a user', async () => {
  const sdk = createClerkClient({ secretKey: clerk.secretKey, apiUrl: clerk.url })
  const { id } = await sdk.users.createUser({ emailAddress: ['hook@example.com'], externalId: 'hook' })
  await clerk.webhooks.flush()
  await sdk.users.updateUser(id, { firstName: 'Hook' })
  await clerk.webhooks.flush()
  await sdk.users.deleteUser(id)
  await clerk.webhooks.flush()
  expect(received.map((event) => event.type)).toEqual(['user.created', 'user.updated', 'user.deleted'])
  expect(received[1]?.data).toMatchObject({ id, first_name: 'Hook' })
  expect(received[2]?.data).toEqual({ object: 'user', id, deleted: true, external_id: 'hook' })
})

it('sends session.created and user.updated for a sign-in, and an event for every end of a session', async () => {
  const sdk = createClerkClient({ secretKey: clerk.secretKey, apiUrl: clerk.url })
  const { sessionId } = await clerk.issueSession(people.member)
  await sdk.sessions.revokeSession(sessionId)
  clerk.endSession((await clerk.issueSession(people.member)).sessionId, 'ended')
  await clerk.webhooks.flush()
  expect(types()).toEqual([
    'session.created',
    'session.created',
    'session.ended',
    'session.revoked',
    'user.updated',
    'user.updated',
  ])
  expect(received.find((event) => event.type === 'session.revoked')?.data).toMatchObject({
    id: sessionId,
    user_id: people.member,
    status: 'revoked',
  })
})

it('sends user.updated for connecting and disconnecting, in a shape that differs from the API', async () => {
  const account = clerk.connect(people.neverConnected, { scopes: ['openid'] })
  await clerk.webhooks.flush()
  expect(received[0]?.data.external_accounts).toMatchObject([
    { object: 'google_account', id: account.identificationId, google_id: account.providerUserId },
  ])
  clerk.disconnect(people.neverConnected, account.id)
  await clerk.webhooks.flush()
  expect(types()).toEqual(['user.updated', 'user.updated'])
})

it('retries after a failure, with the same ID and a new signature', async () => {
  statuses = [503]
  clerk.updateUser(people.admin, { firstName: 'Again' })
  await clerk.webhooks.flush()
  expect(received).toHaveLength(1)
  expect(clerk.webhooks.log()).toEqual([
    { id: received[0]?.id, type: 'user.updated', attempts: [503, 200], state: 'delivered' },
  ])
})

it('gives up after the last retry, and can retry at once', async () => {
  statuses = [500, 500, 500]
  clerk.updateUser(people.admin, { firstName: 'Lost' })
  await expect.poll(() => clerk.webhooks.log()[0]?.attempts).toEqual([500, 500])
  clerk.webhooks.retryNow()
  await clerk.webhooks.flush()
  expect(clerk.webhooks.log()[0]).toMatchObject({ attempts: [500, 500, 500], state: 'given up' })
})

it('holds, reorders, repeats and loses deliveries on demand', async () => {
  clerk.webhooks.pause()
  clerk.updateUser(people.admin, { firstName: 'One' })
  clerk.updateUser(people.admin, { firstName: 'Two' })
  await clerk.webhooks.flush()
  expect(received).toEqual([])
  clerk.webhooks.resume({ reversed: true })
  await clerk.webhooks.flush()
  expect(received.map((event) => event.data.first_name)).toEqual(['Two', 'One'])

  clerk.webhooks.duplicate(2)
  clerk.updateUser(people.admin, { firstName: 'Twice' })
  await clerk.webhooks.flush()
  expect(received).toHaveLength(4)
  expect(received[2]?.id).toBe(received[3]?.id)

  clerk.webhooks.duplicate(1)
  clerk.webhooks.loseNext(1)
  clerk.updateUser(people.admin, { firstName: 'Late' })
  await clerk.webhooks.flush()
  expect(clerk.webhooks.log().at(-1)?.attempts).toEqual(['lost', 200])
})
