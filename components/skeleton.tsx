/** A placeholder for a list whose rows have words and, at their end, something to press. */
export const ListSkeleton = ({ label, rows, height }: { label: string; rows: number; height: string }) => (
  <div
    role="status"
    data-loading
    aria-label={label}
    className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface"
  >
    {Array.from({ length: rows }, (_, i) => `row-${i}`).map((key) => (
      <div
        key={key}
        className={`${height} flex items-center justify-between gap-4 px-5 motion-safe:animate-pulse`}
      >
        <div className="h-4 w-1/3 rounded bg-line" />
        <div className="h-6 w-20 rounded-md bg-line" />
      </div>
    ))}
  </div>
)

/** A placeholder for a field, in its size. Filled, because an empty box with a border looks like a field to fill in. */
export const FieldSkeleton = ({ label, className = '' }: { label: string; className?: string }) => (
  <div className={`text-sm ${className}`}>
    {label}
    <div className="mt-1 h-10 rounded-md bg-line" />
  </div>
)

/** A placeholder for a form in a card: a title, a field and a button. */
export const FormSkeleton = ({ label }: { label: string }) => (
  <div
    role="status"
    data-loading
    aria-label={label}
    className="h-80 w-full rounded-xl border border-line bg-surface p-8"
  >
    <div className="grid justify-items-center gap-3 motion-safe:animate-pulse">
      <div className="h-5 w-1/2 rounded bg-line" />
      <div className="h-3.5 w-3/4 rounded bg-line" />
      <div className="mt-6 h-3.5 w-1/3 justify-self-start rounded bg-line" />
      <div className="h-9 w-full rounded-md bg-line" />
      <div className="mt-3 h-9 w-full rounded-md bg-line" />
      <div className="mt-5 h-3.5 w-1/2 rounded bg-line" />
    </div>
  </div>
)

/** A placeholder for the page of a person or an organization: a name, a few lines and some short words. */
export const CardSkeleton = ({ label, picture = false }: { label: string; picture?: boolean }) => (
  <div
    role="status"
    data-loading
    aria-label={label}
    className="rounded-xl border border-line bg-surface p-6 sm:p-8"
  >
    <div className="motion-safe:animate-pulse">
      <div className="flex flex-col gap-5 sm:flex-row sm:items-center">
        {picture && <div className="size-20 shrink-0 rounded-full bg-line" />}
        <div className="grow space-y-3">
          <div className="h-7 w-1/2 max-w-72 rounded bg-line" />
          <div className="h-4 w-1/3 max-w-48 rounded bg-line" />
        </div>
      </div>
      {picture ? (
        <div className="mt-7 space-y-3">
          <div className="h-5 max-w-prose rounded bg-line" />
          <div className="h-5 w-2/3 rounded bg-line sm:hidden" />
          <div className="flex gap-2 pt-2">
            {['w-28', 'w-20'].map((width) => (
              <div key={width} className={`h-7 rounded-2xl bg-line ${width}`} />
            ))}
          </div>
          <div className="mt-6 h-6 w-24 rounded bg-line" />
        </div>
      ) : (
        <div className="mt-8 divide-y divide-line">
          {['first', 'second', 'third'].map((key) => (
            <div key={key} className="flex items-center gap-3 py-3">
              <div className="size-8 rounded-full bg-line" />
              <div className="h-4 w-1/3 rounded bg-line" />
              <div className="ml-auto h-4 w-14 rounded bg-line" />
            </div>
          ))}
        </div>
      )}
    </div>
  </div>
)
