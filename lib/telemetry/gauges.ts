import { Gauge, type Registry } from 'prom-client'
import { lookups } from '../cache/lookups'
import { clerkBudget } from '../clerk/budget'
import { processState } from '../lookup/process-state'
import { writers } from './writers'

/** Entries and bytes of the process caches, by lookup. */
export function processCaches() {
  return [...processState().layers].flatMap(({ usage }) => (usage ? [usage()] : []))
}

/** Adds the gauges, which are read when the metrics are. */
export function addGauges(registry: Registry): void {
  const gauge = <L extends string>(
    name: string,
    help: string,
    read: () => readonly (readonly [Partial<Record<L, string>>, number])[],
    labelNames: L[] = [],
  ) =>
    new Gauge({
      ...{ name: `clerk_cache_${name}`, help, labelNames, registers: [registry] },
      collect() {
        this.reset()
        for (const [labels, value] of read()) this.set(labels, value)
      },
    })

  gauge(
    'redis_breaker_open',
    '1 while the circuit breaker is open because Redis failed repeatedly, else 0.',
    () => [[{}, lookups().healthy() ? 0 : 1]],
  )
  gauge(
    'clerk_budget_left',
    'Requests that the fleet may still send to Clerk in these 10 s, as of the last request of this process.',
    () => [[{}, clerkBudget().read().left]],
  )
  gauge('clerk_pause_seconds', 'How long Clerk asked the app to wait.', () => [
    [{}, clerkBudget().read().pausedMs / 1000],
  ])
  gauge(
    'process_cache_entries',
    'Values in the process cache.',
    () => processCaches().map(({ lookup, entries }) => [{ lookup }, entries] as const),
    ['lookup'],
  )
  gauge(
    'process_cache_bytes',
    'Bytes in the process cache, counted as text.',
    () => processCaches().map(({ lookup, bytes }) => [{ lookup }, bytes] as const),
    ['lookup'],
  )
  gauge(
    'writer_pending',
    'Records that are not written to Redis yet.',
    () => Object.entries(writers()).map(([writer, { pending }]) => [{ writer }, pending()] as const),
    ['writer'],
  )
}
