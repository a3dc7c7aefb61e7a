import { ConfigurationError, env } from './env'

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
