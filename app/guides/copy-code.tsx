'use client'

import { useState } from 'react'

/** Copies a block of code, and says whether that worked until it is pressed again. */
export function CopyCode({ text }: { text: string }) {
  const [label, setLabel] = useState('Copy')
  const copy = async () => {
    try {
      // Without HTTPS there is no clipboard.
      await navigator.clipboard.writeText(text)
      setLabel('Copied')
    } catch {
      setLabel('Not copied')
    }
  }
  return (
    <button
      type="button"
      onClick={() => void copy()}
      className="-outline-offset-2 ms-auto rounded-md px-3 py-1.5 hover:text-ink"
    >
      <span aria-live="polite">{label}</span>
      <span className="sr-only"> this code</span>
    </button>
  )
}
