import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { getCachedUserById, userById } from '@/lib/cache/clerk-cache'
import { revocationMarkersOf } from '@/lib/cache/revocation-markers'
import { recentDeliveries } from '@/lib/webhooks/delivery-log'
import { people } from '../../local/seed'
import { sendWebhook } from '../../local/send-webhook'
import { listenForClerk } from '../support/clerk-listener'
import { useServices } from '../support/services'
import { createReceiver } from '../support/webhook-receiver'

const services = useServices()
let app: Awaited<ReturnType<typeof listenForClerk>>
const { receive, settled } = createReceiver()

beforeAll(async () => {
  app = await listenForClerk(receive, () => {})
})

afterAll(() => app.close())

async function run(args: string[], secrets?: string) {
  const printed = { out: '', err: '' }
  const code = await sendWebhook(args, {
    secrets,
    port: undefined,
    out: (text) => (printed.out += text),
    err: (text) => (printed.err += text),
  })
  await settled()
  return { code, ...printed }
}

const send = (...args: string[]) => run([...args, '--url', app.url])

describe('npm run webhook', () => {
  test('a user.updated event invalidates the user in a local app', async () => {
    await getCachedUserById(people.member)
    const { code, out } = await send('user.updated', '--user', people.member)
    expect(code).toBe(0)
    expect(out).toMatch(/^user\.updated msg_\w+: 200 in \d+ ms/)
    expect(await userById.peek(people.member)).toBeUndefined()
  })

  test('a session.revoked event revokes the session', async () => {
    await send('session.revoked', '--session', 'sess_1', '--user', people.member)
    await expect(
      userById.fresh(people.member, { revocationMarkers: revocationMarkersOf(people.member, 'sess_1') }),
    ).rejects.toMatchObject({ code: 'revoked' })
  })

  test('with --id the same message can be sent twice, and --data adds to the payload', async () => {
    for (let i = 0; i < 2; i++)
      await send('user.updated', '--user', people.member, '--id', 'msg_twice', '--data', '{"username":"mia"}')
    const lines = await recentDeliveries()
    expect(lines.map(({ id }) => id)).toEqual(['msg_twice'])
    expect(lines[0]?.invalidated).toContain('1 username')
  })

  test('signs with --secret, or with the first secret of the environment', async () => {
    const other = `whsec_${btoa('somebody else entirely')}`
    const own = services.env.CLERK_WEBHOOK_SIGNING_SECRET ?? ''
    const update = ['user.updated', '--user', people.member, '--url', app.url]
    expect((await run([...update, '--secret', other])).code).toBe(1)
    expect((await run(update, other)).code).toBe(1)
    expect((await run(update, `${own},${other}`)).code).toBe(0)
  })

  test('says so when the app is not responding', async () => {
    const { code, err } = await run(['user.updated', '--user', 'user_1', '--url', 'http://127.0.0.1:1/'])
    expect([code, err]).toEqual([1, 'http://127.0.0.1:1/ is not responding. Is the app running?\n'])
  })

  test('warns of a type that Clerk does not have, and says that the app ignored it', async () => {
    const { code, err } = await send('foo.bar')
    expect(code).toBe(0)
    expect(err).toBe(
      'Warning: Clerk has no event type "foo.bar". Sending it anyway.\nThe app has no handler for foo.bar: it did nothing.\n',
    )
  })

  test('warns of nothing when the type is one of Clerk’s and the app handles it', async () => {
    expect((await send('user.updated', '--user', people.member)).err).toBe('')
  })

  test.each([
    [[], 'one event type'],
    [['user.updated'], 'needs --user'],
    [['session.ended'], 'needs --user, --session'],
    [['user.updated', '--user', 'user_1', '--data', '[]'], 'JSON object'],
    [['user.updated', '--user', 'user_1', '--secret', 'x'], 'whsec_'],
    [['user.updated', '--user', 'user_1', '--url', 'nowhere'], 'must be a URL'],
    [['user.updated', '--nobody'], 'nobody'],
  ])('refuses %j', async (args, words) => {
    const { code, err } = await run(args)
    expect(code).toBe(2)
    expect(err).toContain(words)
  })

  test('--help shows all options', async () => {
    expect(await run(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('--session') })
  })
})
