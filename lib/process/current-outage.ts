import { type Problem, problemWithCode } from '../errors'
import { checkHealth, checkRedis } from './health'

const ofRedis = () => problemWithCode('store_unavailable')

const both = (ofClerk: Problem): Problem => ({
  ...ofClerk,
  title:
    ofClerk.code === 'clerk_unavailable'
      ? 'Clerk and Redis are not responding'
      : `${ofClerk.title}, and ${ofRedis().title}`,
})

/** Which of Clerk and Redis is not responding now, for what failed without naming it; null if both answer. */
export async function currentOutage(): Promise<Problem | null> {
  const { clerk, redis } = (await checkHealth()).dependencies
  const ofClerk = clerk.status === 'down' ? problemWithCode(clerk.reason) : null
  if (redis.status === 'up') return ofClerk
  return ofClerk ? both(ofClerk) : ofRedis()
}

/** A problem of Clerk that names Redis too where that is not responding either: then nothing came from the cache. */
export async function withRedis(problem: Problem): Promise<Problem> {
  if (problem.code !== 'clerk_unavailable') return problem
  // Without settings of Redis there is nothing to add.
  const redis = await checkRedis().catch(() => null)
  return redis?.status === 'down' ? both(problem) : problem
}
