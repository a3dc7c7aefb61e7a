import 'server-only'
import { refresh } from 'next/cache'
import type { z } from 'zod'
import { AuthError } from '@/lib/auth/auth-error'
import { currentActor } from '@/lib/auth/caller.server'
import { requireAdmin } from '@/lib/auth/roles.server'
import { emitAudit } from '@/lib/cache/audit-events'
import { messageOf } from '@/lib/errors'
import { fieldsOf } from '@/lib/http/form-fields'
import { problemToShow } from '@/lib/http/problem-to-show'
import { refuseOverLimit } from '@/lib/http/rate-limit'
import { codeOf } from '@/lib/lookup/errors'
import { dropMemoized } from '@/lib/process/memoize-for'
import { flushAudit } from '@/lib/telemetry/audit'

export type ActionResult = { status: 'done' | 'refused' | 'failed'; message: string }

/** One answer for callers who are not admins and for forms that the page did not send. */
const REFUSED: ActionResult = {
  status: 'refused',
  message: 'Refused. Only admins can do this, with the buttons of this page.',
}

export const done = (message: string): ActionResult => ({ status: 'done', message })
export const failed = (message: string): ActionResult => ({ status: 'failed', message })

/** The result of an action that threw. Rethrows errors that are mistakes in the code. */
export function resultOf(error: unknown): ActionResult {
  return error instanceof AuthError ? REFUSED : failed(messageOf(problemToShow(error)))
}

/** What one admin can do in a minute: each action may cost a few requests to Clerk. */
export const LIMIT = { name: 'dashboard', calls: 60, seconds: 60 }

/**
 * Runs an action of the dashboard: only for admins whose session is not revoked, and only with a valid form. Each call
 * adds a record to the audit trail, which is written before the panels are read again.
 */
export async function adminAction<T extends { userId: string } | { organizationId: string }>(
  action: string,
  { form, shape }: { form: FormData; shape: z.ZodType<T> },
  work: (input: T, actor: string) => Promise<ActionResult>,
): Promise<ActionResult> {
  try {
    await requireAdmin({ failClosed: true })
    const actor = await currentActor()
    const parsed = shape.safeParse(fieldsOf(form))
    const record = (subject: string, outcome: string, options?: { mayBeMade: boolean }) =>
      emitAudit({ ...actor, action, subject, outcome }, options)
    if (!parsed.success) {
      record(actor.actor, 'bad_form')
      return REFUSED
    }
    const about = 'userId' in parsed.data ? parsed.data.userId : parsed.data.organizationId
    let began = false
    try {
      await refuseOverLimit(LIMIT, actor.actor)
      began = true
      const result = await work(parsed.data, actor.actor)
      record(about, result.status === 'done' ? 'ok' : result.status)
      return result
    } catch (error) {
      record(about, codeOf(error), { mayBeMade: began })
      throw error
    } finally {
      await flushAudit()
      dropMemoized()
      refresh()
    }
  } catch (error) {
    return resultOf(error)
  }
}
