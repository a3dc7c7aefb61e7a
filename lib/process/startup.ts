import { keySettings } from '../cache/key-ring'
import { lookups } from '../cache/lookups'
import { cacheSettings, namespace, redis } from '../config'
import { inProduction, notConfigured } from '../env'
import { createBackplane } from '../lookup/redis/backplane'
import { redisFailures } from '../lookup/redis/failures'
import { appSettings, settingsProblems } from './settings'
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
    !appSettings().APP_ORIGINS &&
      'APP_ORIGINS is not set: session tokens that Clerk has made for other apps of the instance are accepted. Set it to the origins of this app.',
    !keySettings().CACHE_ENCRYPTION_KEYS &&
      'CACHE_ENCRYPTION_KEYS is not set: whoever can write to Redis decides who is an admin. `npm run ops -- keys new` prints a key.',
  ]
  for (const warning of warnings) if (warning) process.stderr.write(`\n${warning}\n\n`)
}

/** Warns once, at the start, if Redis refuses what the cache needs. If Redis is only unreachable, the app starts silently. */
export async function warnOfRedis(): Promise<void> {
  const code = await lookups().store.check()
  if (code !== 'scripts_not_permitted' && code !== 'store_quota') return
  const { title, fix } = code === 'store_quota' ? redisFailures.quota : redisFailures.no_scripts
  process.stderr.write(`\n${title}. ${fix}\n\n`)
}

/** Connects the process caches of all servers, where CACHE_BACKPLANE is on. */
export function startBackplane(): void {
  if (!cacheSettings().CACHE_BACKPLANE) return
  onShutdown('backplane', createBackplane({ redis: redis(), namespace: namespace() }).close)
}
