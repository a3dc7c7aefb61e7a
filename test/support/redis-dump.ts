/** Everything an Upstash database holds, keys and values of every type, as text. */
export async function dumpRedis(url: string, token: string): Promise<string> {
  async function run(...command: string[]): Promise<unknown> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(command),
    })
    return (await response.json()).result
  }
  const readers: Record<string, (key: string) => Promise<unknown>> = {
    string: (key) => run('GET', key),
    hash: (key) => run('HGETALL', key),
    list: (key) => run('LRANGE', key, '0', '-1'),
    set: (key) => run('SMEMBERS', key),
    zset: (key) => run('ZRANGE', key, '0', '-1', 'WITHSCORES'),
    stream: (key) => run('XRANGE', key, '-', '+'),
  }
  const keys = await run('KEYS', '*')
  if (!Array.isArray(keys)) throw new Error('KEYS gave no list')
  const parts = await Promise.all(
    keys.map(String).map(async (key) => [key, await readers[String(await run('TYPE', key))]?.(key)]),
  )
  return JSON.stringify(parts)
}
