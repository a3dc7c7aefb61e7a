import type { ClerkCacheStats } from '@/lib/cache/clerk-cache-utils'

const titles: Record<string, string> = {
  user: 'Users',
  username: 'Usernames',
  role: 'Roles',
  token: 'Tokens',
}
const columns = ['Lookup', 'Hits', 'Misses', 'Hit rate', 'Loads', 'Errors'] as const
const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 })

export function LookupTable({ lookups }: { lookups: ClerkCacheStats['lookups'] }) {
  return (
    <section aria-labelledby="lookups">
      <h2 id="lookups" className="mb-3 font-semibold text-lg">
        Lookups <span className="font-normal text-sm text-soft">of this process, since it started</span>
      </h2>
      {/* It may scroll sideways, so it must be reachable by keyboard. */}
      <section
        className="overflow-x-auto rounded-xl border border-line bg-surface"
        aria-label="Lookups"
        tabIndex={0}
      >
        <table className="w-full text-left text-xs tabular-nums sm:text-sm">
          <thead className="text-soft">
            <tr>
              {columns.map((name) => (
                <th key={name} scope="col" className="whitespace-nowrap px-2 py-3 sm:px-4 font-medium">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line border-line border-t">
            {Object.entries(lookups).map(([name, counts]) => (
              <tr key={name}>
                <th scope="row" className="px-2 py-3 sm:px-4 font-medium">
                  {titles[name] ?? name}
                </th>
                <td className="px-2 py-3 sm:px-4">{counts.hits}</td>
                <td className="px-2 py-3 sm:px-4">{counts.misses}</td>
                <td className="whitespace-nowrap px-2 py-3 sm:px-4">
                  {counts.hitRate === null ? 'no traffic' : percent.format(counts.hitRate)}
                </td>
                <td className="px-2 py-3 sm:px-4">{counts.loads}</td>
                <td className="px-2 py-3 sm:px-4">{counts.errors}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  )
}
