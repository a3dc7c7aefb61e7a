import type { ReactNode } from 'react'
import { ClientOnly } from './client-only'
import { FormSkeleton } from './skeleton'
import { UnlessClerkFailed } from './unless-clerk-failed'

/**
 * A page of one of Clerk's components, in the middle, with room beside it. `children` is given the placeholder to show
 * until the component is there. `label`: what it says to people who cannot see it.
 */
export function ClerkPage(props: { label: string; children: (placeholder: ReactNode) => ReactNode }) {
  const placeholder = <FormSkeleton label={props.label} />
  return (
    <div
      data-clerk-page
      className="grid grid-cols-[minmax(0,25rem)] items-start justify-center gap-x-10 gap-y-8 lg:grid-cols-[minmax(0,1fr)_25rem_minmax(0,1fr)]"
    >
      <div className="grid min-h-90 grid-cols-1 content-start justify-items-center lg:col-start-2">
        <ClientOnly placeholder={placeholder}>
          <UnlessClerkFailed>{props.children(placeholder)}</UnlessClerkFailed>
        </ClientOnly>
      </div>
    </div>
  )
}
