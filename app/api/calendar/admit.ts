import { z } from 'zod'
import { type Caller, requireCaller } from '@/lib/auth/caller.server'
import { emitThrottledAudit } from '@/lib/cache/throttled-audit'
import { errorResponse, isSameOrigin } from '@/lib/http/error-response'

/**
 * What a request must pass before it gets to a token: the site's own pages and a signed-in user. Gives the answer to a
 * request that does not; each refusal is told to the audit trail.
 * @throws AuthError `unauthenticated`
 */
export async function refusal(request: Request): Promise<Response | undefined> {
  const caller = await requireCaller().catch((error: unknown) => {
    tell('unauthenticated')
    throw error
  })
  if (isSameOrigin(request)) return undefined
  tell('cross_origin', caller)
  return errorResponse(403, 'cross_origin', 'Only this site’s own pages may ask.')
}

const tell = (outcome: string, { userId }: Partial<Caller> = {}) =>
  emitThrottledAudit({
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
