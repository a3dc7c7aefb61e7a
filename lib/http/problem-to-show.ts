import { isMistake, type Problem, problemOf } from '../errors'

/**
 * What a page or an action shows for an error: an outage, a missing setting, a refusal. Rethrows mistakes in the code
 * and errors that are not the kit's, so that Next logs them and shows its error page.
 */
export function problemToShow(error: unknown): Problem {
  const problem = problemOf(error)
  if (!problem || isMistake(problem)) throw error
  return problem
}
