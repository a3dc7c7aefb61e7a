'use client'

import { useTransition } from 'react'
import type { ActionResult } from '../admin-action'
import { useReport } from './reporting'

export type Act = {
  action: (before: ActionResult | null, form: FormData) => Promise<ActionResult>
  fields: Record<string, string>
  /** Names what is under way, for what is shown as if done. */
  doing: string
}

const LOST: ActionResult = {
  status: 'failed',
  message: 'No answer from the server. It may have been done; repeating is safe.',
}

/** Runs an action once at a time, shows it as done meanwhile, and reports what came of it. */
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
