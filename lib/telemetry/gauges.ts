import { Gauge, type Registry } from 'prom-client'
import { lookups } from '../cache/lookups'
import { clerkBudget } from '../clerk/budget'
import { processState } from '../lookup/process-state'
import { writers } from './writers'

/** Entries and bytes of the process layers, by lookup. */
export function processCaches() {
  return [...processState().layers].flatMap(({ usage }) => (usage ? [usage()] : []))
}

/** States, read when somebody asks. */
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

  gauge('redis_breaker_open', 'Whether Redis is left alone after failures: 1 or 0.', () => [
    [{}, lookups().healthy() ? 0 : 1],
  ])
  gauge('clerk_budget_left', 'Requests of this process that Clerk would still take in these 10 s.', () => [
    [{}, clerkBudget().read().left],
  ])
  gauge('clerk_pause_seconds', 'For how long Clerk told the app to wait.', () => [
    [{}, clerkBudget().read().pausedMs / 1000],
  ])
  gauge(
    'process_cache_entries',
    'Values held by the process layer.',
    () => processCaches().map(({ lookup, entries }) => [{ lookup }, entries] as const),
    ['lookup'],
  )
  gauge(
    'process_cache_bytes',
    'Bytes held by the process layer, counted as text.',
    () => processCaches().map(({ lookup, bytes }) => [{ lookup }, bytes] as const),
    ['lookup'],
  )
  gauge(
    'writer_pending',
    'Records that wait for Redis to take them.',
    () => Object.entries(writers()).map(([writer, { pending }]) => [{ writer }, pending()] as const),
    ['writer'],
  )
}
