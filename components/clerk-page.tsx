import { type ReactNode, Suspense } from 'react'
import { Skeleton } from './skeleton'

/** The app's colors and font in Clerk's components. They follow the theme, since they name variables of globals.css. */
export const clerkAppearance = {
  variables: {
    colorPrimary: 'var(--accent)',
    colorPrimaryForeground: 'var(--on-accent)',
    colorBackground: 'var(--surface)',
    colorForeground: 'var(--ink)',
    colorMutedForeground: 'var(--soft)',
    colorNeutral: 'var(--ink)',
    colorInput: 'var(--page)',
    colorInputForeground: 'var(--ink)',
    colorDanger: 'var(--bad)',
    colorSuccess: 'var(--good)',
    colorWarning: 'var(--warn)',
    colorRing: 'var(--accent)',
    fontFamily: 'inherit',
    borderRadius: '0.5rem',
  },
} as const

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
      <div className="lg:col-start-2">
        <Suspense fallback={placeholder}>{children(placeholder)}</Suspense>
      </div>
    </div>
  )
}
