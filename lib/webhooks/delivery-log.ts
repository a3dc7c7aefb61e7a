import { z } from 'zod'
import { namespace, redis } from '../config'

/** Deliveries the log keeps. */
const KEPT = 200

/** Clerk gives up after 28 hours; a delivery replayed by hand later than this is logged again. Seconds. */
const REMEMBERED = 48 * 60 * 60

const record = z.object({
  /** Milliseconds since 1970, when it was answered. */
  at: z.number(),
  /** The `svix-id`, which every attempt to deliver one message shares. */
  id: z.string(),
  type: z.string(),
  outcome: z.enum(['ok', 'ignored', 'refused', 'failed']),
  /** The code of a refusal or failure. */
  reason: z.string().nullable(),
  /** Milliseconds from the request to the answer. */
  ms: z.number(),
  /** The user or session, and the kinds of what else was invalidated. */
  invalidated: z.array(z.string()),
})

/** One answered delivery: no payload, no name, no address. */
export type DeliveryRecord = z.infer<typeof record>

/** In one step, so that of two copies exactly one is the first. Nothing is remembered of what has failed. */
const script = `
if ARGV[4] == '1' and not redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[5]) then return 0 end
redis.call('LPUSH', KEYS[2], ARGV[1])
redis.call('LTRIM', KEYS[2], 0, ARGV[2] - 1)
redis.call('HINCRBY', KEYS[3], ARGV[3], 1)
return 1`

const keyOf = (name: string) => `${namespace()}:webhooks:${name}`

/**
 * Writes a delivery down, unless one with its id succeeded before; says whether this one is the first. One Redis
 * command. Without an answer of Redis the line is lost and the delivery counts as the first.
 */
export async function recordDelivery(delivery: DeliveryRecord): Promise<boolean> {
  const { id, type, outcome } = delivery
  const succeeded = outcome === 'ok' || outcome === 'ignored'
  const keys = [keyOf(`done:${id}`), keyOf('log'), keyOf('counts')]
  const args = [JSON.stringify(delivery), KEPT, `${type} ${outcome}`, succeeded ? 1 : 0, REMEMBERED]
  return redis()
    .run('eval', (client) => client.eval(script, keys, args.map(String)))
    .then(
      (reply) => Number(reply) === 1,
      () => true,
    )
}

/** The last deliveries, newest first. @throws RedisError */
export async function recentDeliveries(): Promise<DeliveryRecord[]> {
  const lines = await redis().run('lrange', (client) => client.lrange<string>(keyOf('log'), 0, KEPT - 1))
  return lines.flatMap((line) => record.safeParse(parse(line)).data ?? [])
}

/** Messages by type and outcome (`user.updated ok`), of the whole fleet, each counted once. @throws RedisError */
export async function deliveryCounts(): Promise<Record<string, number>> {
  // Without its own parsing the client hands on Redis's flat list of fields and values.
  const reply: unknown = await redis().run('hgetall', (client) => client.hgetall(keyOf('counts')))
  const list = z.array(z.string()).catch([]).parse(reply)
  return Object.fromEntries(
    list.flatMap((field, i) => (i % 2 === 0 ? [[field, Number(list[i + 1])] as const] : [])),
  )
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
