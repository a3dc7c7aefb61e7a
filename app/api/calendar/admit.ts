import { z } from 'zod'
import { tellAccess } from '@/lib/access'
import { type Caller, requireCaller } from '@/lib/auth/caller.server'
import { errorResponse, isSameOrigin, rateLimited } from '@/lib/http'
import { overLimit } from '@/lib/rate-limit'

/** A page asks once or twice; this is for a loop that has lost its end. Of both routes together. */
const LIMIT = { name: 'calendar', calls: 60, seconds: 60 }

/**
 * What a request must pass before it gets to a token: the site's own pages, a signed-in user, and not too often. Gives
 * the answer to a request that does not; each refusal is told to the audit trail.
 * @throws AuthError `unauthenticated`
 */
export async function refusal(request: Request): Promise<Response | undefined> {
  const caller = await requireCaller().catch((error: unknown) => {
    tellRefusal('unauthenticated')
    throw error
  })
  if (!isSameOrigin(request)) {
    tellRefusal('cross_origin', caller)
    return errorResponse(403, 'cross_origin', 'Only this site’s own pages may ask.')
  }
  const wait = await overLimit(LIMIT, caller.userId)
  if (wait === undefined) return undefined
  tellRefusal('rate_limited', caller)
  return rateLimited(wait)
}

const tellRefusal = (outcome: string, { userId }: Partial<Caller> = {}) =>
  tellAccess({
    ...{ action: 'token.read', actor: userId ?? 'anonymous', subject: userId ?? 'nobody' },
    ...{ target: 'google', outcome },
  })

/** `?account=`: which of the user's own accounts, by Clerk's id of it. */
export const accountId = z
  .string()
  .regex(/^[a-z]{2,8}_[A-Za-z0-9]{1,60}$/, 'must be the id of an external account, such as eac_…')
  .optional()

export const badRequest = ({ issues }: z.ZodError): Response =>
  errorResponse(
    400,
    'bad_request',
    issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  )
