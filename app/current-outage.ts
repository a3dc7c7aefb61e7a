import { type Problem, problemWithCode } from '@/lib/errors'
import { checkHealth } from '@/lib/process/health'

/** Which of Clerk and Redis is not responding now, for what failed without naming it; null if both answer. */
export async function currentOutage(): Promise<Problem | null> {
  const { clerk, redis } = (await checkHealth()).dependencies
  const ofClerk = clerk.status === 'down' ? problemWithCode(clerk.reason) : null
  const ofRedis = redis.status === 'down' ? problemWithCode('store_unavailable') : null
  if (!ofClerk || !ofRedis) return ofClerk ?? ofRedis
  return { ...ofClerk, title: `${ofClerk.title}, and ${ofRedis.title}` }
}
