'use client'

import { useTransition } from 'react'
import type { ActionResult } from '../admin-action'
import { useExpect } from './expecting'
import { useToasts } from './toasts'

type Action = (before: ActionResult | null, form: FormData) => Promise<ActionResult>

export type Act = {
  action: Action
  fields: Record<string, string>
  /** Name of the running action, for what is shown as if it were done. */
  doing: string
  /** What takes a success back. */
  undo?: { label: string; action: Action; doing: string }
}

const LOST: ActionResult = {
  status: 'failed',
  message: 'The server did not answer. The action may have been done. Trying again is safe.',
}

function formOf(fields: Record<string, string>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  return form
}

/** Runs an action, one at a time, shows it as done meanwhile, and reports its result, with a way to undo or repeat it. */
export function useAction({ action, fields, doing, undo }: Act): [run: () => void, pending: boolean] {
  const { expect } = useExpect()
  const { show } = useToasts()
  const [pending, start] = useTransition()

  const run = () => {
    if (!pending) perform(action, doing, undo)
  }
  const perform = (action: Action, doing: string, undo?: Act['undo']) =>
    start(async () => {
      expect(doing)
      const result = await action(null, formOf(fields)).catch(() => LOST)
      show({ ...result, isAction: true, next: nextOf(result, action, doing, undo) })
    })
  const nextOf = ({ status }: ActionResult, action: Action, doing: string, undo?: Act['undo']) => {
    if (status === 'failed') return { label: 'Try again', run: () => perform(action, doing, undo) }
    if (status === 'done' && undo) return { label: undo.label, run: () => perform(undo.action, undo.doing) }
    return undefined
  }
  return [run, pending]
}
