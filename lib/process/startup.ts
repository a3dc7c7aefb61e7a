import { lookups } from '../cache/lookups'
import { ConfigurationError, env } from '../env'

/**
 * Ends the process with 1 and a message when the environment is missing something or malformed. Not by throwing:
 * Next would go on listening and answer 500 to everything.
 */
export function refuseBadEnvironment(): void {
  try {
    env()
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    process.stderr.write(`\n${error.message}\n\n`)
    process.exit(1)
  }
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
