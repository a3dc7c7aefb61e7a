import type { Health } from '@/lib/health'

const names = { redis: 'Redis', clerk: 'Clerk' } as const

export function Dependencies({ health }: { health: Health }) {
  return (
    <section aria-labelledby="dependencies">
      <h2 id="dependencies" className="mb-3 font-semibold text-lg">
        Connections
      </h2>
      <ul className="grid gap-4 sm:grid-cols-2">
        {(['redis', 'clerk'] as const).map((key) => {
          const state = health.dependencies[key]
          const up = state.status === 'up'
          return (
            <li
              key={key}
              className="flex items-center justify-between rounded-xl border border-line bg-surface p-5"
            >
              <span className="font-medium">{names[key]}</span>
              <span className={up ? 'text-good' : 'text-bad'}>
                <span aria-hidden>{up ? '●' : '▲'}</span>{' '}
                {up ? `Up, ${state.latencyMs} ms` : `Down: ${state.reason}`}
              </span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
