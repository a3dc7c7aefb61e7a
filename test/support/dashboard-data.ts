import { createProcessState } from '@/lib/lookup/process-state'
import { createRedisClient } from '@/lib/lookup/redis/client'
import { createCountsSink, minuteOf } from '@/lib/telemetry/fleet-counts'
import { createStreamSink } from '@/lib/telemetry/stream-sink'
import { people } from '../../local/seed'
import type { StandIns } from '../../local/stand-ins'

const MINUTE = 60_000
/** Minutes after now that are counted. */
const AHEAD = 10
const NINETY_DAYS = 90 * 24 * 60 * MINUTE
const GONE = 'user_2localGone000000000000000'
const CALENDAR = 'https://www.googleapis.com/auth/calendar.readonly'

const redisOf = ({ upstash: { url, token } }: StandIns) =>
  createRedisClient({ url, token, timeoutMs: 60_000, state: createProcessState() })

/**
 * A day as a fleet might have counted it: in the last hour a deployment that emptied the cache, a quiet spell, usernames at
 * times, a slow Clerk, and webhooks that failed.
 */
export async function countADay(standIns: StandIns): Promise<void> {
  const sink = createCountsSink({ redis: redisOf(standIns), namespace: 'ck', writer: 'a-day' })
  const now = minuteOf(Date.now())
  // And some minutes more, so that the traffic goes on while somebody looks.
  const length = 24 * 60 + AHEAD
  const batch = Array.from({ length }, (_, index) => {
    const i = index - length + AHEAD + 60
    const warm = i < 20 ? 0.93 : Math.min(0.97, 0.3 + (i - 20) / 12)
    const reads =
      i > 40 && i < 46
        ? 0
        : 400 + Math.round(180 * Math.sin(index / 60) + 24 * Math.sin(index)) + Math.round(index / 6)
    const minute = now - 59 + i
    return {
      id: `day-${index}`,
      seq: index + 1,
      at: minute * MINUTE,
      record: { minute, fields: countsOf(i, reads, warm) },
    }
  })
  for (let i = 0; i < batch.length; i += 60) await sink(batch.slice(i, i + 60))
}

function countsOf(i: number, reads: number, warm: number): Record<string, number> {
  const of = (lookup: string, all: number, rate: number) => ({
    [`lookups_total lookup=${lookup}&layer=redis`]: Math.round(all * rate),
    [`lookups_total lookup=${lookup}&layer=none`]: all - Math.round(all * rate),
  })
  if (reads === 0) return {}
  const misses = Math.round(reads * (1 - warm))
  const histogram = (name: string, labels: string, all: number, slow: number, bounds: readonly number[]) =>
    Object.fromEntries(
      [...bounds, Number.POSITIVE_INFINITY].map((le, k) => {
        const share = Math.min(1, (k + 1) / (2 + slow) + (k > slow + 1 ? 1 : 0) + 0.3)
        return [
          `${name} ${labels}&le=${le === Number.POSITIVE_INFINITY ? '%2BInf' : le}`,
          Math.round(all * share),
        ]
      }),
    )
  const tokens = Math.round(reads / 4)
  return {
    ...of('user', reads, warm),
    ...of('token', tokens, Math.min(1, warm + 0.02)),
    ...(((i % 7) + 7) % 7 < 4 && of('username', Math.round(reads / 9), warm - 0.1)),
    'upstream_requests_total service=clerk&operation=GET%20/users&status=200': misses,
    ...histogram(
      'redis_request_duration_seconds_bucket',
      'operation=read',
      reads,
      i % 11 === 3 ? 4 : 2,
      REDIS,
    ),
    ...histogram(
      'upstream_request_duration_seconds_bucket',
      'service=clerk&operation=GET',
      misses,
      i > 20 && i < 30 ? 5 : 3,
      CLERK,
    ),
    'webhook_deliveries_total event=user.updated&outcome=ok': Math.round(reads / 60),
    ...(i > 47 &&
      i < 51 && {
        'webhook_deliveries_total event=user.updated&outcome=invalidation_unconfirmed': 50 - i + 1,
      }),
    'access_total action=token.read&outcome=ok': tokens,
    'access_total action=token.read&outcome=reconnect_required': Math.round(tokens / 30),
    'access_total action=token.read&outcome=not_connected': Math.round(tokens / 15),
    ...(i > 47 && i < 50 && { 'access_total action=token.read&outcome=unavailable': 7 }),
  }
}
const REDIS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1]
const CLERK = [0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 1, 2.5, 10]

/** What happened: webhooks of all outcomes, and records of all kinds, some of them about people who do not exist. */
export async function fillLogs(standIns: StandIns): Promise<void> {
  const now = Date.now()
  const redis = redisOf(standIns)
  const delivery = (
    minutes: number,
    id: string,
    type: string,
    outcome: string,
    subject: string,
    reason: string | null = null,
  ) =>
    JSON.stringify({
      at: now - minutes * MINUTE,
      ...{ id: `msg_2local${id.padEnd(21, '0')}`, type, subject, outcome, reason, ms: 18 + minutes },
      invalidated: outcome === 'ok' ? ['user', 'tokens', 'integrations', '1 username'] : [],
    })

  const lines = [
    delivery(3000, 'old', 'user.created', 'ok', people.neverConnected),
    delivery(300, 'org', 'organizationMembership.created', 'ok', 'org_2localNorthwind000000000000'),
    delivery(131, 'gone', 'user.deleted', 'ok', GONE),
    delivery(130, 'mail', 'email.created', 'ignored', 'ema_2local000000000000000000000'),
    delivery(95, 'sess', 'session.ended', 'ok', people.member),
    delivery(52, 'mia', 'user.updated', 'ok', people.member),
    delivery(51, 'mia2', 'user.updated', 'ok', people.member),
    delivery(12, 'late', 'user.updated', 'failed', people.expert, 'invalidation_unconfirmed'),
    delivery(11, 'late', 'user.updated', 'ok', people.expert),
    delivery(10, 'fail', 'user.updated', 'failed', people.tooFewScopes, 'invalidation_unconfirmed'),
    delivery(9, 'fail', 'user.updated', 'failed', people.tooFewScopes, 'invalidation_unconfirmed'),
    delivery(4, 'sign', 'unknown', 'refused', '', 'bad_signature'),
  ]
  await redis.insist('lpush', (client) => client.lpush('ck:webhooks:log', ...lines))
  const sink = createStreamSink({ redis, key: 'ck:audit', maxBytes: 32 * 1024 * 1024, maxAge: NINETY_DAYS })
  const { admin, member, tooFewScopes, needsReconnecting, severalProviders, neverConnected, expert } = people
  const records = [
    [1500, 'role.update', admin, expert, 'ok', 'expert'],
    [410, 'dashboard.export', admin, 'audit', 'ok', 'csv'],
    [205, 'token.read', neverConnected, neverConnected, 'not_connected', 'google'],
    [121, 'token.read', severalProviders, severalProviders, 'ok', 'github'],
    [120, 'token.read', severalProviders, severalProviders, 'scope_missing', 'slack'],
    [119, 'token.read', severalProviders, severalProviders, 'ok', 'google'],
    [61, 'integration.disconnect', admin, tooFewScopes, 'ok', 'google:eac_2localsam00000000000000000'],
    [58, 'token.read', needsReconnecting, needsReconnecting, 'reconnect_required', 'google'],
    [57, 'token.refresh', needsReconnecting, needsReconnecting, 'reconnect_required', 'google'],
    [40, 'admin.require', member, member, 'forbidden', ''],
    [31, 'profile.update', expert, expert, 'ok', ''],
    [30, 'token.read', tooFewScopes, tooFewScopes, 'scope_missing', 'google'],
    [22, 'cache.invalidate', admin, GONE, 'ok', ''],
    [14, 'token.read', member, member, 'ok', 'google'],
    [9, 'token.read', expert, expert, 'unavailable', 'google'],
    [6, 'cache.invalidate', admin, member, 'ok', ''],
    [5, 'cache.warm', 'ops', 'system', 'ok', '120'],
  ] as const
  await sink(
    records.map(([minutes, action, actor, subject, outcome, target], seq) => ({
      ...{ id: `rec-${seq}`, seq: seq + 1, at: now - minutes * MINUTE },
      record: { action, actor, subject, outcome, ...(target && { target }) },
    })),
  )
}

const LONG = 'Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh-Cholmo'

/** People and organizations whose names, addresses and states are the worst that Clerk allows. */
export async function addDifficult({ clerk }: StandIns) {
  const { organizations } = clerk
  // Clerk takes addresses of 254 characters.
  const address = `${'a'.repeat(64)}@${`${'b'.repeat(60)}.`.repeat(3)}${'c'.repeat(3)}.de`
  const long = clerk.createUser({
    firstName: LONG,
    lastName: LONG,
    username: LONG.toLowerCase().slice(0, 60),
    emails: [address],
  })
  clerk.connect(long.id, { email: address, scopes: [CALENDAR] })
  const rtl = clerk.createUser({
    firstName: 'عبد الرحمن',
    lastName: 'الحسيني النقشبندي',
    username: 'abd-alrahman',
    emails: ['rtl@example.com'],
  })
  const cjk = clerk.createUser({
    firstName: '山田花子龍之介権兵衛',
    lastName: '勘解由小路左衛門三郎',
    username: 'yamada',
    emails: ['cjk@example.com'],
  })
  // Neither a name nor a username: the ID is what is shown.
  const nameless = clerk.createUser({ emails: [] })
  const broken = clerk.createUser({
    firstName: 'Bo',
    lastName: 'Broken',
    username: 'bo-broken',
    emails: ['bo@example.com'],
  })
  clerk.connect(broken.id, { email: 'bo@example.com', scopes: [CALENDAR], grant: 'no_refresh_token' })
  clerk.connect(broken.id, { email: 'bo.second@example.com', scopes: ['openid'] })
  clerk.connect(broken.id, {
    provider: 'oauth_github',
    email: 'bo@example.com',
    scopes: [],
    grant: 'revoked',
  })
  clerk.connect(broken.id, { provider: 'oauth_slack', email: 'bo@example.com', scopes: ['openid'] })
  clerk.updateUser(broken.id, { banned: true })
  const organization = organizations.create({
    name: `${LONG} ${LONG}`,
    slug: `${LONG.toLowerCase()}-and-sons`,
    createdBy: long.id,
  })
  for (const { id } of [rtl, cjk, nameless, broken]) organizations.addMember(organization.id, id)
  organizations.create({ name: 'مؤسسة الحجز الدولية', slug: 'rtl', createdBy: rtl.id })
  await clerk.webhooks.flush()
  return {
    long: long.id,
    rtl: rtl.id,
    cjk: cjk.id,
    nameless: nameless.id,
    broken: broken.id,
    organization: organization.id,
  }
}

/** No webhook, record or count: as on the first day. */
export async function clearLogs(standIns: StandIns): Promise<void> {
  await redisOf(standIns).insist('eval', (client) =>
    client.eval(
      `for _, pattern in ipairs({'ck:counts:*', 'ck:webhooks:log', 'ck:audit*'}) do
        for _, key in ipairs(redis.call('KEYS', pattern)) do redis.call('DEL', key) end
      end`,
      [],
      [],
    ),
  )
}
