import { PanelSkeleton } from '@/components/panel'

/** A place for the page of a user or an organization: a name, a few lines, and panels. */
export const PageSkeleton = ({ label }: { label: string }) => (
  <>
    <div className="mb-8 space-y-3 motion-safe:animate-pulse">
      <div className="h-8 w-1/2 max-w-72 rounded bg-line" />
      <div className="h-4 w-2/3 max-w-96 rounded bg-line" />
      <div className="h-4 w-1/2 max-w-80 rounded bg-line" />
    </div>
    <div className="space-y-10">
      <PanelSkeleton title={label} height="h-48" />
      <PanelSkeleton title={label} height="h-96" rows="lines" />
    </div>
  </>
)
