import { z } from 'zod'
import { namespace, redis } from '../config'

/** How many deliveries the log keeps. */
const KEPT = 200

/** How long a delivery that succeeded is known. Clerk stops trying after 28 hours. Seconds. */
const DONE_SECONDS = 48 * 60 * 60

const record = z.object({
  /** When it was answered, in milliseconds since 1970. */
  at: z.number(),
  /** The `svix-id`, which is the same for every attempt to deliver one webhook. */
  id: z.string(),
  type: z.string(),
  /** The ID of the user it is about, or of whatever else it is about. */
  subject: z.string().nullable().default(null),
  outcome: z.enum(['ok', 'ignored', 'refused', 'failed']),
  /** The error's code, if it was refused or failed. */
  reason: z.string().nullable(),
  /** Milliseconds from the request to the answer. */
  ms: z.number(),
  /** What was invalidated: `user`, `tokens`, `2 e-mail addresses`. */
  invalidated: z.array(z.string()),
})

/** One delivery in the log. It has no payload, no name and no address in it. */
export type DeliveryRecord = z.infer<typeof record>

/** One step, so that of two copies at the same time exactly one is the first. A failure is not remembered. */
const script = `
if ARGV[3] == '1' and not redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[4]) then return 0 end
redis.call('LPUSH', KEYS[2], ARGV[1])
redis.call('LTRIM', KEYS[2], 0, ARGV[2] - 1)
return 1`

const keyOf = (name: string) => `${namespace()}:webhooks:${name}`

/**
 * Logs a delivery, if no delivery with its ID has succeeded before. Returns whether this is the first. One Redis
 * command. If Redis does not answer, the line is lost and the result is true.
 */
export async function recordDelivery(delivery: DeliveryRecord): Promise<boolean> {
  const { id, outcome } = delivery
  const succeeded = outcome === 'ok' || outcome === 'ignored'
  const keys = [keyOf(`done:${id}`), keyOf('log')]
  const args = [JSON.stringify(delivery), KEPT, succeeded ? 1 : 0, DONE_SECONDS]
  return redis()
    .run('eval', (client) => client.eval(script, keys, args.map(String)))
    .then(
      (reply) => Number(reply) === 1,
      () => true,
    )
}

/** The last deliveries of the whole fleet, newest first. @throws RedisError */
export async function recentDeliveries(): Promise<DeliveryRecord[]> {
  const lines = await redis().run('lrange', (client) => client.lrange<string>(keyOf('log'), 0, KEPT - 1))
  return lines.flatMap((line) => record.safeParse(parse(line)).data ?? [])
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
