import type { ChartPoint } from '@/lib/dashboard/snapshot-schema'
import { formatMs, formatNumber, LONGEST } from '../format'

export interface ChartKind {
  id: string
  title: string
  /** What it shows, for people who cannot see it and for those who wonder. */
  note: string
  format(value: number): string
  /** The highest value of the axis, if it is always the same. */
  max?: number
  series: readonly {
    label: string
    of(point: ChartPoint): number | null
    /** Whether it should be 0. */
    bad?: boolean
  }[]
}

const percent = (value: number) => `${Math.round(value * 10) / 10}%`

const latency = (service: 'redis' | 'clerk', name: string): ChartKind => ({
  id: `latency-${service}`,
  title: `Latency of ${name}`,
  note: 'The time within which 50, 95 and 99% of the requests were answered: upper bounds of buckets.',
  format: (ms) => (ms > LONGEST[service] ? `over ${LONGEST[service] / 1000} s` : formatMs(ms)),
  series: (['p50', 'p95', 'p99'] as const).map((share) => ({
    label: share,
    of: ({ latency }) => {
      const found = latency[service]
      // What took longer than the last bucket is drawn one above.
      return found && (found[share] ?? LONGEST[service] + 1)
    },
  })),
})

const all = ({ reads }: ChartPoint) => reads.request + reads.process + reads.redis + reads.none

export const CHARTS = {
  hitRate: {
    ...{ id: 'hit-rate', title: 'Hit rate', format: percent, max: 100 },
    note: 'Reads that the cache answered. Without reads there is a gap.',
    series: [
      {
        label: 'Hit rate',
        of: (point) => (all(point) === 0 ? null : (1 - point.reads.none / all(point)) * 100),
      },
    ],
  },
  reads: {
    ...{ id: 'reads', title: 'Reads by layer', format: formatNumber },
    note: 'Which layer answered. Loaded: nothing usable was cached.',
    series: [
      { label: 'Redis', of: ({ reads }) => reads.redis },
      { label: 'Loaded', of: ({ reads }) => reads.none },
      { label: 'Request memo', of: ({ reads }) => reads.request },
      { label: 'Process', of: ({ reads }) => reads.process },
    ],
  },
  clerk: {
    ...{ id: 'clerk-requests', title: 'Requests to Clerk', format: formatNumber },
    note: 'Made, and avoided by the cache.',
    series: [
      { label: 'Avoided', of: ({ clerk }) => clerk.avoided },
      { label: 'Made', of: ({ clerk }) => clerk.made },
    ],
  },
  redisLatency: latency('redis', 'Redis'),
  clerkLatency: latency('clerk', 'Clerk'),
  webhooks: {
    ...{ id: 'webhook-deliveries', title: 'Deliveries', format: formatNumber },
    note: 'Attempts to deliver a webhook.',
    series: [
      { label: 'Accepted', of: ({ webhooks }) => webhooks.done },
      { label: 'Failed', of: ({ webhooks }) => webhooks.failed, bad: true },
    ],
  },
  tokens: {
    ...{ id: 'token-reads', title: 'Reads of tokens', format: formatNumber },
    note: 'How they ended.',
    series: [
      { label: 'Returned', of: ({ tokens }) => tokens.ok },
      { label: 'User has to act', of: ({ tokens }) => tokens.user },
      { label: 'No account', of: ({ tokens }) => tokens.none },
      { label: 'Failed', of: ({ tokens }) => tokens.failed, bad: true },
    ],
  },
} as const satisfies Record<string, ChartKind>

export type ChartName = keyof typeof CHARTS

/**
 * Columns: the times in seconds, then each series. Without the last point, whose time is still running: a part of a minute
 * beside whole ones looks like a collapse.
 */
export function columnsOf({ series }: ChartKind, points: readonly ChartPoint[]): (number | null)[][] {
  const whole = points.slice(0, -1)
  return [whole.map(({ at }) => at / 1000), ...series.map(({ of }) => whole.map(of))]
}
