import { z } from 'zod'
import { isTime } from '../clerk/json'
import { namespace, redis } from '../config'
import { onePerProcess } from '../lookup/one-per-process'
import { maxAgeOfRecords } from './settings'

/** How many deliveries the log keeps. */
const KEPT = 200

/** Most characters of a type or an ID. */
const LONGEST = 200

/** How long a delivery that succeeded is known. Clerk stops trying after 28 hours. Seconds. */
const DONE_SECONDS = 48 * 60 * 60

const record = z.object({
  /** When it was answered, in milliseconds since 1970. */
  at: z.custom<number>(isTime),
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

/**
 * One step, so that of two copies at the same time exactly one is the first. A failure is not remembered. Lines from
 * before ARGV[5] are deleted, and all of them once there was no delivery for ARGV[6] milliseconds.
 */
const script = `
if ARGV[3] == '1' and not redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[4]) then return 0 end
redis.call('LPUSH', KEYS[2], ARGV[1])
redis.call('LTRIM', KEYS[2], 0, ARGV[2] - 1)
for _ = 1, tonumber(ARGV[2]) do
  local at = tonumber(string.match(redis.call('LINDEX', KEYS[2], -1) or '', '^{"at":(%d+)') or '')
  if not at or at >= tonumber(ARGV[5]) then break end
  redis.call('RPOP', KEYS[2])
end
redis.call('PEXPIRE', KEYS[2], ARGV[6])
return 1`

const oldestShown = () => Date.now() - maxAgeOfRecords()

const keyOf = (name: string) => `${namespace()}:webhooks:${name}`

/** Lines that Redis did not take, oldest first. They are written with the next one, or after `RETRY_MS`. */
const unwritten = onePerProcess('unwritten-deliveries', () => ({
  lines: [] as DeliveryRecord[],
  timer: undefined as NodeJS.Timeout | undefined,
}))

/** How long until lines that Redis did not take are tried again, if no other delivery comes before. */
const RETRY_MS = 30_000

/** Whether this is the first delivery with its ID that succeeded. @throws RedisError */
async function write(delivery: DeliveryRecord): Promise<boolean> {
  const { at, type, subject, ...others } = delivery
  // They are chosen by the sender, who has the signing secret.
  const rest = { type: type.slice(0, LONGEST), subject: subject?.slice(0, LONGEST) ?? null, ...others }
  const { id, outcome } = rest
  const succeeded = outcome === 'ok' || outcome === 'ignored'
  const keys = [keyOf(`done:${id}`), keyOf('log')]
  // The script reads the time at the beginning of a line.
  const line = JSON.stringify({ at, ...rest })
  const args = [line, KEPT, succeeded ? 1 : 0, DONE_SECONDS, oldestShown(), maxAgeOfRecords()]
  return Number(await redis().run('eval', (client) => client.eval(script, keys, args.map(String)))) === 1
}

/** Writes the lines that Redis did not take before. @throws RedisError, and keeps what is left */
async function writeUnwritten(): Promise<void> {
  const { lines } = unwritten
  for (let line = lines.shift(); line; line = lines.shift()) {
    try {
      await write(line)
    } catch (error) {
      lines.unshift(line)
      throw error
    }
  }
}

/** Writes again in a while. Keeps at most as many lines as the log does, without the oldest. */
function writeLater(): void {
  unwritten.lines.splice(0, unwritten.lines.length - KEPT)
  unwritten.timer ??= setTimeout(() => {
    unwritten.timer = undefined
    writeUnwritten().catch(writeLater)
  }, RETRY_MS).unref()
}

/**
 * Logs a delivery, if no delivery with its ID has succeeded before. Returns whether this is the first. One Redis
 * command. If Redis is not responding, the result is true, and the line is written later.
 */
export async function recordDelivery(delivery: DeliveryRecord): Promise<boolean> {
  try {
    await writeUnwritten()
    return await write(delivery)
  } catch {
    unwritten.lines.push(delivery)
    writeLater()
    return true
  }
}

/** The last deliveries of the whole fleet, newest first. @throws RedisError */
export async function recentDeliveries(): Promise<DeliveryRecord[]> {
  const lines = await redis().run('lrange', (client) => client.lrange<string>(keyOf('log'), 0, KEPT - 1))
  // A line may have been written late, and twice if the answer to the first attempt was lost.
  return [...new Set(lines)]
    .flatMap((line) => record.safeParse(parse(line)).data ?? [])
    .filter(({ at }) => at >= oldestShown())
    .sort((one, other) => other.at - one.at)
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
