import { originSettings } from '../auth/origins'
import { keySettings } from '../cache/key-ring'
import { lookups } from '../cache/lookups'
import { cacheSettings, namespace, redis } from '../config'
import { notConfigured } from '../env'
import { createBackplane } from '../lookup/redis/backplane'
import { RedisError, type RedisFailure, wordsOf } from '../lookup/redis/failures'
import { inProduction, settingsProblems } from './settings'
import { onShutdown } from './shutdown-hooks'

/**
 * Ends the process with exit code 1 and a message when a setting is missing or malformed. It does not throw: Next would
 * keep listening and answer 500 to every request.
 */
export function refuseBadEnvironment(): void {
  const problems = settingsProblems()
  if (problems.length === 0) return
  process.stderr.write(`\n${notConfigured(problems).message}\n\n`)
  process.exit(1)
}

/** Warns once, at the start, of settings that production can do without and should not. */
export function warnOfSettings(): void {
  if (!inProduction) return
  const warnings = [
    !originSettings().APP_ORIGINS &&
      'APP_ORIGINS is not set: session tokens that Clerk has made for other apps of the instance are accepted. Set it to the origins of this app.',
    !keySettings().CACHE_ENCRYPTION_KEYS &&
      'CACHE_ENCRYPTION_KEYS is not set: everybody who can write to Redis can decide who is an admin. `npm run ops -- keys new` prints a key.',
  ]
  for (const warning of warnings) if (warning) process.stderr.write(`\n${warning}\n\n`)
}

/** These do not end by themselves: somebody has to change a setting or the database. */
const LASTING: readonly (RedisFailure | undefined)[] = [
  ...(['no_scripts', 'quota', 'not_permitted', 'cluster', 'certificate', 'no_client'] as const),
]

/** Warns once, at the start, if Redis refuses what the cache needs. If Redis is only unreachable, the app starts silently. */
export async function warnOfRedis(): Promise<void> {
  const failure = await failureOfRedis()
  if (failure === undefined || !LASTING.includes(failure)) return
  const { title, fix } = wordsOf(failure, redis().protocol)
  process.stderr.write(`\n${title}. ${fix}\n\n`)
}

async function failureOfRedis(): Promise<RedisFailure | undefined> {
  const code = await lookups().store.check()
  if (code === undefined) return undefined
  if (code === 'scripts_not_permitted') return 'no_scripts'
  if (code === 'store_quota') return 'quota'
  return redis()
    .insist('ping', (client) => client.ping())
    .then(
      () => undefined,
      (error: unknown) => (error instanceof RedisError ? error.reason : undefined),
    )
}

/** Connects the process caches of all servers, where CACHE_BACKPLANE is on. */
export function startBackplane(): void {
  if (!cacheSettings().CACHE_BACKPLANE) return
  onShutdown('backplane', createBackplane({ redis: redis(), namespace: namespace() }).close)
}
