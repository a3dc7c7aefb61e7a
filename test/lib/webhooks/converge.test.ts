import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  getCachedUserByEmail,
  getCachedUserById,
  getCachedUserByUsername,
  userById,
} from '@/lib/cache/clerk-cache'
import { revocationMarkersOf } from '@/lib/cache/revocation-markers'
import { getConnectedIntegrations } from '@/lib/integrations/integrations.service'
import { codeOf } from '@/lib/lookup/errors'
import { listenForClerk } from '../../support/clerk-listener'
import { fullOr } from '../../support/full'
import { type Services, useServices } from '../../support/services'
import { webhookRequest } from '../../support/signed-webhook'
import { createReceiver } from '../../support/webhook-receiver'

const services = useServices({ keep: true, env: { CLERK_RATE_LIMIT: '1000000' } })
let clerk: Services['clerk']
let collector: Awaited<ReturnType<typeof listenForClerk>>
const { receive, settled } = createReceiver()
/** The webhooks that Clerk has sent and the test has not delivered yet. */
const sent: { id: string; body: string }[] = []
let run = 0

beforeAll(async () => {
  clerk = services.clerk
  collector = await listenForClerk(
    async (request) => {
      sent.push({ id: request.headers.get('svix-id') ?? '', body: await request.text() })
      return new Response(null)
    },
    () => {},
  )
  clerk.webhooks.target({ url: collector.url, secret: services.env.CLERK_WEBHOOK_SIGNING_SECRET ?? '' })
  clerk.webhooks.resume()
})

afterAll(() => collector.close())

/** Two users who take names from each other, sign in and out, connect Google, and are deleted. */
function createWorld() {
  const mark = `run${++run}`
  const people = ['a', 'b'].map((name) => clerk.createUser({ emails: [`${name}-${mark}@example.com`] }).id)
  const usernames = ['x', 'y'].map((name) => `${name}-${mark}`)
  const emails = ['a', 'b', 'c'].map((name) => `${name}-${mark}@example.com`)
  const sessions: { userId: string; sessionId: string }[] = []
  const exists = (id: string) => clerk.users().find((user) => user.id === id)
  const isFree = (taken: (user: ReturnType<typeof clerk.users>[number]) => boolean) =>
    !clerk.users().some(taken)

  async function change(who: number, kind: number, which: number) {
    const id = people[who] ?? ''
    const user = exists(id)
    if (!user) return
    const username = usernames[which % 2] ?? ''
    const address = emails[which] ?? ''
    const [account] = user.accounts
    if (kind === 0) clerk.updateUser(id, { firstName: `${user.firstName ?? ''}${which}` })
    if (kind === 1 && isFree((other) => other.username === username)) clerk.updateUser(id, { username })
    if (kind === 2 && isFree((other) => other.emails.some((email) => email.address === address)))
      clerk.updateUser(id, { primaryEmail: address })
    if (kind === 3) sessions.push({ userId: id, sessionId: (await clerk.issueSession(id)).sessionId })
    if (kind === 4)
      for (const { userId, sessionId } of sessions) if (userId === id) clerk.endSession(sessionId, 'revoked')
    if (kind === 5) clerk.connect(id, { scopes: ['https://www.googleapis.com/auth/calendar.readonly'] })
    if (kind === 6 && account) clerk.disconnect(id, account.id)
    if (kind === 7 && which === 0) clerk.deleteUser(id)
  }

  /** Everything that can be read, through the cache. */
  const read = () =>
    Promise.all([
      ...people.map(getCachedUserById),
      ...usernames.map(getCachedUserByUsername),
      ...emails.map(getCachedUserByEmail),
      ...people.map(async (id) => (await getConnectedIntegrations(id)).map(({ status }) => status)),
      ...sessions.map(({ userId, sessionId }) =>
        userById.fresh(userId, { revocationMarkers: revocationMarkersOf(userId, sessionId) }).catch(codeOf),
      ),
    ])

  /** The same as Clerk has it. */
  function truth() {
    const users = clerk.users()
    const byId = (id: string) => users.find((user) => user.id === id)
    const shown = (user: ReturnType<typeof byId>) =>
      user
        ? expect.objectContaining({ id: user.id, updatedAt: user.updatedAt, username: user.username })
        : null
    return [
      ...people.map((id) => shown(byId(id))),
      ...usernames.map((name) => shown(users.find((user) => user.username === name))),
      ...emails.map((address) =>
        shown(users.find((user) => user.emails.some((mail) => mail.address === address))),
      ),
      ...people.map((id) => [byId(id)?.accounts.length ? 'connected' : 'not_connected']),
      ...sessions.map(({ userId, sessionId }) =>
        clerk.sessions().find(({ id }) => id === sessionId)?.status === 'active'
          ? shown(byId(userId))
          : 'revoked',
      ),
    ]
  }
  return { change, read, truth }
}

async function deliver({ id, body }: { id: string; body: string }) {
  const secret = services.env.CLERK_WEBHOOK_SIGNING_SECRET ?? ''
  expect((await receive(webhookRequest(body, { secret, id }))).status).toBe(200)
  await settled()
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(fc.constant('change' as const), fc.nat(1), fc.nat(7), fc.nat(2)) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('deliver' as const), fc.nat(50)) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('read' as const)) },
)

test('webhooks lead to the state that Clerk has, in any order, late and repeated', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 4, maxLength: 24 }),
      fc.infiniteStream(fc.nat()),
      async (steps, luck) => {
        sent.length = 0
        const world = createWorld()
        const delivered = new Set<string>()
        const draw = (below: number) => (luck.next().value ?? 0) % below
        for (const [kind, ...rest] of steps) {
          if (kind === 'change') await world.change(rest[0] ?? 0, rest[1] ?? 0, rest[2] ?? 0)
          if (kind === 'read') await world.read()
          await clerk.webhooks.flush()
          // One that may have been delivered already.
          const next = kind === 'deliver' ? sent[(rest[0] ?? 0) % Math.max(1, sent.length)] : undefined
          if (!next) continue
          await deliver(next)
          delivered.add(next.id)
        }
        const rest = sent.filter(({ id }) => !delivered.has(id))
        while (rest.length > 0) {
          const [next] = rest.splice(draw(rest.length), 1)
          if (next) await deliver(next)
          const again = sent[draw(sent.length)]
          if (again && draw(3) === 0) await deliver(again)
          if (draw(3) === 0) await world.read()
        }
        expect(await world.read()).toEqual(world.truth())
      },
    ),
    { numRuns: fullOr(60, 10), seed: 7 },
  )
}, 60_000)
