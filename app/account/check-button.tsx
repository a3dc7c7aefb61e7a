'use client'

import { useActionState } from 'react'
import { button } from '@/components/button'
import { type CheckResult, checkNow } from './actions'

type Props = { provider: string; name: string; externalAccountId: string | undefined }

const idle: CheckResult = { status: 'idle', message: '' }

/** Asks the provider whether the connection works. If it does not, the page shows what to do in the place of this. */
export function CheckButton({ provider, name, externalAccountId }: Props) {
  const [{ status, message }, check, pending] = useActionState(checkNow, idle)
  return (
    <form action={check} className="flex flex-wrap items-center gap-y-2">
      <input type="hidden" name="provider" value={provider} />
      {externalAccountId && <input type="hidden" name="externalAccountId" value={externalAccountId} />}
      <p role="status" className={`me-3 text-sm empty:me-0 ${status === 'works' ? 'text-good' : 'text-bad'}`}>
        {pending ? '' : message}
      </p>
      <button type="submit" disabled={pending} className={`${button('outline')} disabled:opacity-60`}>
        {pending ? 'Checking…' : `Check ${name}`}
      </button>
    </form>
  )
}
