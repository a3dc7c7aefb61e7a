'use client'

import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { button } from '@/components/button'
import type { ActionResult } from '../admin-action'

export type Toast = ActionResult & {
  /** What can be done next: undo it, or try again. */
  next?: { label: string; run(): void } | undefined
  /** Whether an admin's action came to this. It ends what earlier ones offer. */
  isAction?: boolean
}

type Shown = Toast & { key: number }

const Context = createContext<{ show(toast: Toast): void }>({ show() {} })

export const useToasts = () => use(Context)

const looks = {
  done: { shape: '●', color: 'text-good' },
  refused: { shape: '■', color: 'text-bad' },
  failed: { shape: '■', color: 'text-bad' },
} as const

/** Milliseconds for which a message about a success is shown. What failed stays until it is closed. */
const SHOWN_FOR = 10_000
/** Messages at a time. */
const MOST = 3

/** Shows messages at the edge of the window, and announces them: failures at once, successes when there is a pause. */
export function Toasts({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<readonly Shown[]>([])
  const count = useRef(0)
  const show = useCallback((toast: Toast) => {
    const key = ++count.current
    // A success that can be undone is shown until the next action.
    const isKept = ({ status, next }: Shown) => !(toast.isAction && status === 'done' && next)
    setShown((before) => [...before.filter(isKept), { ...toast, key }].slice(-MOST))
  }, [])
  const close = useCallback(
    (key: number) => setShown((before) => before.filter((one) => one.key !== key)),
    [],
  )
  const context = useMemo(() => ({ show }), [show])
  const of = (failed: boolean) =>
    shown
      .filter(({ status }) => (status !== 'done') === failed)
      .map((toast) => <One key={toast.key} toast={toast} close={close} />)
  return (
    <Context value={context}>
      {children}
      <div className="pointer-events-none fixed inset-x-4 bottom-4 z-20 flex flex-col items-stretch gap-2 sm:left-auto sm:w-96">
        <div role="alert" className="flex flex-col gap-2 empty:hidden">
          {of(true)}
        </div>
        <div role="status" className="flex flex-col gap-2">
          {of(false)}
        </div>
      </div>
    </Context>
  )
}

function One({ toast, close }: { toast: Shown; close(key: number): void }) {
  const { key, status, message, next } = toast
  const element = useRef<HTMLDivElement>(null)
  const before = useRef<Element>(null)
  /** The focus goes back to where it was when the message came, or to the page. */
  const leave = () => {
    const to = before.current?.isConnected ? before.current : document.getElementById('main')
    if (element.current?.contains(document.activeElement) && to instanceof HTMLElement) to.focus()
    close(key)
  }
  useEffect(() => {
    before.current = document.activeElement === document.body ? null : document.activeElement
    // The button may be gone, for example after Disconnect. Keyboard users continue from the message.
    if (document.activeElement === document.body) element.current?.focus()
    if (status !== 'done') return
    let timer: ReturnType<typeof setTimeout>
    const later = () => {
      timer = setTimeout(() => {
        const isUsed = element.current?.matches(':hover, :focus-within')
        if (isUsed) later()
        else close(key)
      }, SHOWN_FOR)
    }
    later()
    return () => clearTimeout(timer)
  }, [key, status, close])
  const { shape, color } = looks[status]
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape in the message's buttons
    <div
      ref={element}
      tabIndex={-1}
      data-toast={status}
      onKeyDown={(event) => event.key === 'Escape' && leave()}
      className="pointer-events-auto flex items-start gap-3 rounded-lg border border-field bg-surface p-4 text-sm shadow-lg"
    >
      <p className={`min-w-0 grow font-medium wrap-anywhere ${color}`}>
        <span aria-hidden>{shape} </span>
        {message}
      </p>
      {next && (
        <button
          type="button"
          className={button('outline')}
          onClick={() => {
            leave()
            next.run()
          }}
        >
          {next.label}
        </button>
      )}
      <button
        type="button"
        aria-label="Close this message"
        className="rounded px-1 text-soft hover:text-ink"
        onClick={leave}
      >
        ✕
      </button>
    </div>
  )
}
