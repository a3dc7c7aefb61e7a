import 'server-only'
import { refresh } from 'next/cache'
import type { z } from 'zod'
import { AuthError } from '@/lib/auth/auth-error'
import { requireAdmin } from '@/lib/auth/roles.server'
import { emitAudit } from '@/lib/cache/audit-events'
import { ClerkError } from '@/lib/clerk/error'
import { dropShared } from '@/lib/dashboard/memoize-for'
import { codeOf, LookupError } from '@/lib/lookup/errors'
import { auditWriter } from '@/lib/telemetry/audit'

export type ActionResult = { status: 'done' | 'refused' | 'failed'; message: string }

/** One answer for whoever may not, and for a form that is not the page's. */
export const REFUSED: ActionResult = {
  status: 'refused',
  message: 'Refused. Only admins may do this, with the buttons of this page.',
}

export const done = (message: string): ActionResult => ({ status: 'done', message })
export const failed = (message: string): ActionResult => ({ status: 'failed', message })

/** What an admin is told of a failure that is nobody's bug. */
function explain(error: unknown): ActionResult {
  if (error instanceof LookupError && error.code === 'revocation_unknown')
    return failed(
      'Redis does not answer, so nobody can tell whether your session was revoked. Nothing was changed.',
    )
  if (error instanceof LookupError && error.code === 'invalidation_unconfirmed')
    return failed('Redis did not confirm it. Old values may be served. Repeating is safe.')
  if (error instanceof ClerkError && error.code === 'clerk_rate_limited')
    return failed(`Clerk is asked too often. Try again in ${error.retryAfter} seconds.`)
  if (error instanceof ClerkError || error instanceof LookupError)
    return failed('Clerk does not answer. Repeating is safe.')
  throw error
}

type Done<T> = { admin: string; asked: T }

/**
 * What a button of the dashboard does: for admins whose session is not revoked, with a form of the right shape, each time
 * with a record in the audit trail, which is written before the panel that shows it is read again.
 */
export async function adminAction<T extends { userId: string }>(
  action: string,
  { form, shape }: { form: FormData; shape: z.ZodType<T> },
  work: (around: Done<T>) => Promise<ActionResult>,
): Promise<ActionResult> {
  try {
    const admin = await requireAdmin({ failClosed: true })
    const parsed = shape.safeParse(Object.fromEntries(form))
    const tell = (subject: string, outcome: string) =>
      emitAudit({ action, actor: admin.id, subject, outcome })
    if (!parsed.success) {
      tell(admin.id, 'bad_form')
      return REFUSED
    }
    const { userId } = parsed.data
    try {
      const result = await work({ admin: admin.id, asked: parsed.data })
      tell(userId, result.status === 'done' ? 'ok' : result.status)
      return result
    } catch (error) {
      tell(userId, codeOf(error))
      throw error
    } finally {
      await auditWriter().flush()
      dropShared()
      refresh()
    }
  } catch (error) {
    if (error instanceof AuthError) return REFUSED
    return explain(error)
  }
}
