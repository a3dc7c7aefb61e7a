import { type ReactNode, Suspense } from 'react'
import { Skeleton } from './skeleton'

/** A page of one of Clerk's components, centered, with room for what else may stand beside it. `children` is given the placeholder. */
export function ClerkPage({
  label,
  size,
  children,
}: {
  label: string
  size: string
  children: (placeholder: ReactNode) => ReactNode
}) {
  const placeholder = (
    <div className="w-full">
      <Skeleton label={label} size={size} />
    </div>
  )
  return (
    <div className="grid grid-cols-[minmax(0,25rem)] items-start justify-center gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,1fr)_25rem_minmax(0,1fr)]">
      <div className="min-h-90 lg:col-start-2">
        <Suspense fallback={placeholder}>{children(placeholder)}</Suspense>
      </div>
    </div>
  )
}
