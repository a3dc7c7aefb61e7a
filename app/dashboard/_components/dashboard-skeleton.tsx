const bar = 'rounded-md border border-line bg-surface'

/** The frame of the dashboard while it is checked who looks: places for navigation, search, heading and panels. */
export const DashboardSkeleton = () => (
  <div
    role="status"
    data-loading
    aria-label="Loading: Dashboard"
    className="min-h-[200vh] motion-safe:animate-pulse lg:grid lg:grid-cols-[11rem_minmax(0,1fr)] lg:gap-10"
  >
    <div className="hidden space-y-3 lg:block">
      {['w-20', 'w-16', 'w-28', 'w-24', 'w-16', 'w-24', 'w-14'].map((width, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: seven places in a fixed order
        <div key={i} className={`ml-3 h-7 opacity-60 ${bar} ${width}`} />
      ))}
    </div>
    <div>
      {/* As high as the menu, the search, the button and the line of the status. */}
      <div className="mb-8 flex h-31 flex-wrap content-start justify-between gap-3 sm:h-17 lg:h-9">
        <div className={`h-9 grow sm:w-80 sm:grow-0 ${bar}`} />
        <div className={`h-9 w-28 ${bar}`} />
        <div className={`h-9 w-full sm:hidden ${bar}`} />
      </div>
      <div className={`mb-6 h-8 w-40 ${bar}`} />
      <div className={`divide-y divide-line ${bar}`}>
        {Array.from({ length: 12 }, (_, i) => `row-${i}`).map((key) => (
          <div key={key} className="flex h-13 items-center gap-4 px-4">
            <div className="size-7 rounded-full bg-line" />
            <div className="h-3.5 w-1/3 rounded bg-line" />
            <div className="ml-auto h-3.5 w-16 rounded bg-line" />
          </div>
        ))}
      </div>
    </div>
  </div>
)
