'use client'

import { useToasts } from './toasts'

/** Copies an ID. `of`: whose it is. */
export function CopyId({ id, of }: { id: string; of: string }) {
  const { show } = useToasts()
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(id)
      show({ status: 'done', message: `Copied: ${id}` })
    } catch {
      show({ status: 'failed', message: `The browser does not allow copying. The ID is ${id}.` })
    }
  }
  return (
    <button
      type="button"
      onClick={() => void copy()}
      title={`Copy ${id}`}
      aria-label={`Copy the ID of ${of}`}
      className="shrink-0 rounded p-1.5 text-soft hover:bg-page hover:text-ink"
    >
      <svg
        viewBox="0 0 16 16"
        width={14}
        height={14}
        fill="none"
        stroke="currentColor"
        strokeWidth={1.5}
        aria-hidden="true"
      >
        <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
        <path d="M3.5 10.5h-1v-8h8v1" />
      </svg>
    </button>
  )
}
