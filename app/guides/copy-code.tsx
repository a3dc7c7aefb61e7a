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
      className="absolute end-2 top-2 rounded-md border border-line bg-surface px-2 py-1 text-soft text-xs hover:text-ink"
    >
      <span aria-live="polite">{label}</span>
      <span className="sr-only"> this code</span>
    </button>
  )
}
