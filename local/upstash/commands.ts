import { createHash } from 'node:crypto'
import { type Command, RedisError, type Reply } from './resp'

// Commands that Upstash does not serve over REST, and commands that would change a connection shared by requests.
const UNAVAILABLE = new Set(
  `acl asking auth bgrewriteaof bgsave blmove blmpop blpop brpop brpoplpush bzmpop bzpopmax bzpopmin client
  cluster config debug discard exec failover hello latency migrate module monitor multi psubscribe psync
  punsubscribe quit readonly readwrite replconf replicaof reset save select shutdown slaveof slowlog ssubscribe
  subscribe sunsubscribe swapdb sync unsubscribe unwatch wait waitaof watch`.split(/\s+/),
)

export const nameOf = (command: Command) => String(command[0] ?? '').toLowerCase()

/** The error with which a command is refused, or undefined. */
export function refusal(command: Command): string | undefined {
  const name = nameOf(command)
  const blocks = name.startsWith('xread') && command.some((arg) => String(arg).toLowerCase() === 'block')
  if (!UNAVAILABLE.has(name) && !blocks) return undefined
  return `ERR Command is not available: '${name}'. See https://upstash.com/docs/redis/overall/rediscompatibility for details`
}

/**
 * Upstash accepts the script flag `allow-key-locking`, which Redis and Valkey refuse. Scripts are sent to the engine
 * without it, while callers still use the SHA-1 of the script they sent.
 */
export function createScripts() {
  const engineSha = new Map<string, string>()
  const known = (sha: string | Buffer) => engineSha.get(String(sha).toLowerCase()) ?? sha

  function strip(script: string | Buffer): string | Buffer {
    const [shebang = ''] = String(script).split('\n', 1)
    if (!/^#!lua\b.*\ballow-key-locking\b/.test(shebang)) return script
    const bare = shebang.replace(/\bflags=(\S+)/, (_, flags: string) => {
      const rest = flags.split(',').filter((flag) => flag !== 'allow-key-locking')
      return rest.length > 0 ? `flags=${rest.join(',')}` : ''
    })
    const stripped = Buffer.concat([
      Buffer.from(bare.trimEnd()),
      Buffer.from(script).subarray(Buffer.byteLength(shebang)),
    ])
    engineSha.set(sha1(script), sha1(stripped))
    return stripped
  }

  return {
    toEngine(command: Command): Command {
      const [head = '', second = '', third = '', ...rest] = command
      switch (nameOf(command)) {
        case 'eval':
        case 'eval_ro':
          return [head, strip(second), ...command.slice(2)]
        case 'evalsha':
        case 'evalsha_ro':
          return [head, known(second), ...command.slice(2)]
        case 'script':
          if (/^load$/i.test(String(second)) && command.length === 3) return [head, second, strip(third)]
          if (/^exists$/i.test(String(second))) return [head, second, ...[third, ...rest].map(known)]
      }
      return command
    },
    fromEngine(command: Command, reply: Reply): Reply {
      const loaded = nameOf(command) === 'script' && /^load$/i.test(String(command[1]))
      return loaded && !(reply instanceof RedisError) ? Buffer.from(sha1(command[2] ?? '')) : reply
    },
  }
}

const sha1 = (text: string | Buffer) => createHash('sha1').update(text).digest('hex')
