'use client'

import { type ReactNode, useId, useRef } from 'react'
import { button } from '@/components/button'
import { type Act, useAction } from './use-action'

type Props = Act & { label: string; busy: string; question: string; children: ReactNode }

/** A button for what cannot be undone: it asks for confirmation first. */
export function ConfirmButton({ label, busy, question, children, ...act }: Props) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [run, pending] = useAction(act)
  const id = useId()
  return (
    <>
      <button
        type="button"
        aria-disabled={pending}
        className={`${button('outline-danger')} aria-disabled:opacity-60`}
        onClick={() => !pending && dialog.current?.showModal()}
      >
        {pending ? busy : `${label}…`}
      </button>
      <dialog
        ref={dialog}
        aria-labelledby={id}
        aria-describedby={`${id}-about`}
        className="m-auto w-[min(28rem,calc(100vw-2rem))] rounded-xl border border-line bg-surface p-6 text-ink backdrop:bg-black/50"
      >
        <h3 id={id} className="wrap-anywhere font-semibold text-lg">
          {question}
        </h3>
        <div id={`${id}-about`} className="wrap-anywhere mt-2 text-soft text-sm">
          {children}
        </div>
        <form method="dialog" className="mt-5 flex flex-wrap justify-end gap-3">
          <button type="submit" className={button('outline')}>
            Cancel
          </button>
          <button
            type="button"
            className={button('danger')}
            onClick={() => {
              dialog.current?.close()
              run()
            }}
          >
            {label}
          </button>
        </form>
      </dialog>
    </>
  )
}
