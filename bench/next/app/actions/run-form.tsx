'use client'

import { useActionState } from 'react'

/** Works as a plain form too, so that a test can send it without a browser. */
export function RunForm({ run }: { run(before: string, form: FormData): Promise<string> }) {
  const [result, submit] = useActionState(run, '')
  return (
    <form action={submit}>
      <input name="scenario" />
      <input name="id" />
      <output>{result}</output>
    </form>
  )
}
