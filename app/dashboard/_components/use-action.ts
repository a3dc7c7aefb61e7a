'use client'

import { useTransition } from 'react'
import type { ActionResult } from '../admin-action'
import { useReport } from './reporting'

export type Act = {
  action: (before: ActionResult | null, form: FormData) => Promise<ActionResult>
  fields: Record<string, string>
  /** Name of the running action, for what is shown as if it were done. */
  doing: string
}

const LOST: ActionResult = {
  status: 'failed',
  message: 'The server did not answer. The action may have been done. Trying again is safe.',
}

/** Runs an action, one at a time, shows it as done meanwhile, and reports its result. */
export function useAction({ action, fields, doing }: Act): [run: () => void, pending: boolean] {
  const { expect, report } = useReport()
  const [pending, start] = useTransition()
  const run = () => {
    if (pending) return
    start(async () => {
      expect(doing)
      const form = new FormData()
      for (const [name, value] of Object.entries(fields)) form.set(name, value)
      report(await action(null, form).catch(() => LOST))
    })
  }
  return [run, pending]
}
