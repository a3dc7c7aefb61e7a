import { z } from 'zod'
import { createScript } from '../lookup/redis/client'
import { OWN_OPERATION } from './connection'
import { allOf, keyOfSpan, keysOf, minuteOf, SPAN, seriesOf, type Where } from './fleet-counts'
import type { Series } from './series'

/**
 * KEYS: hashes in the order of time. ARGV: how many of them make a point, then the names of metrics. Returns for each
 * point the fields of these metrics and their sums.
 */
const historyScript = `
local each, wanted, reply = tonumber(ARGV[1]), {}, {}
for i = 2, #ARGV do wanted[ARGV[i]] = true end
for first = 1, #KEYS, each do
  local sums, found = {}, {}
  for k = first, math.min(first + each - 1, #KEYS) do
    local all = redis.call('HGETALL', KEYS[k])
    for i = 1, #all, 2 do
      local field = all[i]
      if wanted[field:match('^[^ ]+')] then sums[field] = (sums[field] or 0) + tonumber(all[i + 1]) end
    end
  end
  for field, sum in pairs(sums) do
    found[#found + 1] = field
    found[#found + 1] = string.format('%.0f', sum)
  end
  reply[#reply + 1] = found
end
return reply`

const history = createScript(historyScript)

/** One point of the history: what was counted from `at`, in milliseconds since the epoch, for the step of the range. */
export interface Point {
  at: number
  series: Series[]
}

const MINUTE = 60_000

/**
 * What the whole fleet counted of some metrics, in points of `step` minutes, the oldest first; the running one is the last.
 * A step of 5 minutes or more must be a multiple of 5, and is read from hashes that each hold 5 minutes: reading a day
 * touches 288 hashes instead of 1440. One Redis command. @throws RedisError
 */
export async function readFleetHistory(
  { redis, namespace }: Where,
  { minutes, step, now, names }: { minutes: number; step: number; now: number; names: readonly string[] },
): Promise<Point[]> {
  const points = Math.ceil(minutes / step)
  const last = Math.floor(minuteOf(now) / step)
  const starts = Array.from({ length: points }, (_, i) => (last - points + 1 + i) * step)
  const inSpans = step % SPAN === 0
  const keys = inSpans
    ? starts.flatMap((start) =>
        Array.from({ length: step / SPAN }, (_, i) => keyOfSpan(namespace, start + i * SPAN)),
      )
    : keysOf(namespace, { minutes: points * step, now })
  const found = await redis.insist(`${OWN_OPERATION}history`, async (client) =>
    z.array(allOf).parse(await history(client, keys, [String(inSpans ? step / SPAN : step), ...names])),
  )
  return found.map((pairs, i) => ({ at: (starts[i] ?? 0) * MINUTE, series: seriesOf(pairs) }))
}
