'use client'

import { button } from '@/components/button'
import { type Act, useAction } from './use-action'

/** A button for an action. While the action runs, further presses do nothing and the button keeps the focus. */
export function ActionButton({
  label,
  busy,
  style = 'outline',
  ...act
}: Act & { label: string; busy: string; style?: 'solid' | 'outline' }) {
  const [run, pending] = useAction(act)
  return (
    <button
      type="button"
      aria-disabled={pending}
      className={`${button(style)} aria-disabled:opacity-60`}
      onClick={run}
    >
      {pending ? busy : label}
    </button>
  )
}
