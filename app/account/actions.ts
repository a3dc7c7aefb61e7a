'use server'

import { refresh } from 'next/cache'
import { z } from 'zod'
import { messageOf, problemOfOutcome } from '@/lib/errors'
import { fieldsOf } from '@/lib/http/form-fields'
import { problemToShow } from '@/lib/http/problem-to-show'
import { checkOwnConnection } from '@/lib/integrations/current-user-integrations.server'
import { isDeclared, providerOf } from '@/lib/integrations/providers'
import { accountId } from '../api/calendar/authorize'

const checkForm = z.object({
  provider: z.string().refine(isDeclared).transform(providerOf),
  externalAccountId: accountId.optional(),
})

export interface CheckResult {
  status: 'idle' | 'works' | 'failed'
  message: string
}

const failed = (message: string): CheckResult => ({ status: 'failed', message })

/** Asks the provider whether it accepts the signed-in user's own token. The session says which user, never the form. */
export async function checkNow(_before: CheckResult, data: FormData): Promise<CheckResult> {
  const form = checkForm.safeParse(fieldsOf(data))
  if (!form.success) return failed('Refused. Use the buttons of this page.')
  const { provider, externalAccountId } = form.data
  try {
    const outcome = await checkOwnConnection(provider, externalAccountId)
    refresh()
    if (outcome.status === 'ok')
      return { status: 'works', message: `${provider.name} works. Checked just now.` }
    return failed(messageOf(problemOfOutcome(outcome, provider.name)))
  } catch (error) {
    return failed(messageOf(problemToShow(error)))
  }
}
