import { z } from 'zod'
import { createScript, type RedisClient } from '../lookup/redis/client'
import { OWN_OPERATION } from './connection'
import { keyOfMinute, minuteOf } from './fleet-counts'

/** KEYS: the minutes. ARGV: the name of a metric. Returns for each minute the series of that name and their values. */
const script = createScript(`
local reply = {}
for i, key in ipairs(KEYS) do
  local found, pairs = {}, redis.call('HGETALL', key)
  for j = 1, #pairs, 2 do
    if pairs[j]:sub(1, #ARGV[1] + 1) == ARGV[1] .. ' ' then
      found[#found + 1] = pairs[j]
      found[#found + 1] = pairs[j + 1]
    end
  end
  reply[i] = found
end
return reply`)

const reply = z.array(z.array(z.string()))

/** What the whole fleet counted of one metric, minute by minute, oldest first. One Redis command. @throws RedisError */
export async function readFleetMinutes(
  { redis, namespace }: { redis: RedisClient; namespace: string },
  { minutes, now, name }: { minutes: number; now: number; name: string },
): Promise<Map<string, number>[]> {
  const last = minuteOf(now)
  const keys = Array.from({ length: minutes }, (_, i) => keyOfMinute(namespace, last - minutes + 1 + i))
  const found = reply.parse(
    await redis.insist(`${OWN_OPERATION}minutes`, (client) => script(client, keys, [name])),
  )
  return found.map((pairs) => {
    const series = new Map<string, number>()
    for (let i = 0; i < pairs.length; i += 2) series.set(pairs[i] ?? '', Number(pairs[i + 1]))
    return series
  })
}
