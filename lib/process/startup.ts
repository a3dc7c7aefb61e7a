import { lookups } from '../cache/lookups'
import { cacheSettings, namespace, redis } from '../config'
import { notConfigured } from '../env'
import { createBackplane } from '../lookup/redis/backplane'
import { settingsProblems } from './settings'
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

const warnings: Partial<Record<string, string>> = {
  scripts_not_permitted:
    'the token of UPSTASH_REDIS_REST_TOKEN may not run scripts (EVAL, EVALSHA). Nothing will be cached; invalidation works. Use the standard token.',
  store_quota:
    'the database is over its plan’s limit. Reads go on from Clerk until it is raised in the Upstash console.',
}

/** Says once, at the start, what Redis will not do. A Redis that is merely out of reach is no reason not to start. */
export async function warnOfRedis(): Promise<void> {
  const problem = await lookups().store.check()
  const warning = problem && warnings[problem]
  if (warning) process.stderr.write(`\nRedis: ${warning}\n\n`)
}

/** Connects the process caches of all servers, where CACHE_BACKPLANE is on. */
export function startBackplane(): void {
  if (!cacheSettings().CACHE_BACKPLANE) return
  onShutdown('backplane', createBackplane({ redis: redis(), namespace: namespace() }).close)
}
