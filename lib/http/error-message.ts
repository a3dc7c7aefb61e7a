import { ClerkError } from '../clerk/error'
import { ConfigurationError } from '../env'
import { LookupError } from '../lookup/errors'

/**
 * What a page may say of an error that is nobody's bug: a dependency that is out, a feature that is not set up.
 * Rethrows anything else.
 */
export function describeOutage(error: unknown): { title: string; advice: string } {
  if (error instanceof ClerkError)
    return error.code === 'clerk_rate_limited'
      ? { title: 'Clerk is asked too often', advice: `Try again in ${error.retryAfter ?? 10} seconds.` }
      : {
          title: 'Clerk does not answer',
          advice: 'This page needs users that are not in the cache. Try again shortly.',
        }
  if (error instanceof LookupError && (error.code === 'load_timeout' || error.code === 'load_failed'))
    return {
      title: 'Clerk does not answer',
      advice: 'A value this page needs could not be loaded. Try again shortly.',
    }
  if (error instanceof ConfigurationError)
    return { title: 'Not set up yet', advice: 'This installation lacks a setting that this page needs.' }
  throw error
}
