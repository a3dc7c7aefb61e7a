import { z } from 'zod'
import { type Caller, requireCaller } from '@/lib/auth/caller.server'
import { actorOf, emitAudit } from '@/lib/cache/audit-events'
import { errorResponse } from '@/lib/http/error-response'
import { isSameOrigin } from '@/lib/http/same-origin'

/**
 * Lets only signed-in users of the site's own pages through: undefined for those, else the answer to send. Each refusal
 * is an audit event.
 * @throws AuthError `unauthenticated`
 */
export async function refusalOf(request: Request): Promise<Response | undefined> {
  const caller = await requireCaller().catch((error: unknown) => {
    auditRefusal('unauthenticated')
    throw error
  })
  if (isSameOrigin(request)) return undefined
  auditRefusal('cross_origin', caller)
  return errorResponse('cross_origin')
}

const auditRefusal = (outcome: string, caller?: Caller) =>
  emitAudit({
    ...(caller ? actorOf(caller) : { actor: 'anonymous' }),
    ...{ action: 'token.read', subject: caller?.userId ?? 'nobody', target: 'google', outcome },
  })

/** `?account=`: Clerk's ID of one of the user's own accounts. */
export const accountId = z
  .string()
  .regex(/^[a-z]{2,8}_[A-Za-z0-9]{1,60}$/, 'must be the ID of an external account, such as eac_…')
  .optional()

export const badRequest = ({ issues }: z.ZodError): Response =>
  errorResponse('bad_request', {
    message: issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  })
