'use client'

import { type ReactNode, useActionState, useEffect, useRef } from 'react'
import { button } from '@/components/button'
import { type CheckResult, checkNow } from './actions'

type Props = {
  provider: string
  name: string
  externalAccountId: string | undefined
  canCheck: boolean
  /** The button that helps, in place of the one that checks. */
  children: ReactNode
}

const idle: CheckResult = { status: 'idle', message: '' }

/** Asks the provider whether the connection works. If it does not, the button that helps comes, with the focus. */
export function ConnectionAction({ provider, name, externalAccountId, canCheck, children }: Props) {
  const [{ status, message }, check, pending] = useActionState(checkNow, idle)
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // The button that was pressed is gone.
    if (status === 'failed' && !canCheck && document.activeElement === document.body)
      (box.current?.querySelector('button') ?? box.current)?.focus()
  }, [status, canCheck])
  // The row says the same where there is nothing to check.
  const look = !canCheck ? 'sr-only' : status === 'works' ? 'text-good text-sm' : 'text-bad text-sm'
  return (
    <div ref={box} tabIndex={-1} className="flex flex-wrap items-center gap-3">
      <p role="status" className={`${look} empty:-me-3`}>
        {pending ? '' : message}
      </p>
      {children}
      {canCheck && (
        <form action={check} onSubmit={(event) => pending && event.preventDefault()}>
          <input type="hidden" name="provider" value={provider} />
          {externalAccountId && <input type="hidden" name="externalAccountId" value={externalAccountId} />}
          {/* Not disabled: it would lose the focus. */}
          <button
            type="submit"
            aria-disabled={pending}
            className={`${button('outline')} aria-disabled:opacity-60`}
          >
            {pending ? 'Checking…' : `Check ${name}`}
          </button>
        </form>
      )}
    </div>
  )
}
