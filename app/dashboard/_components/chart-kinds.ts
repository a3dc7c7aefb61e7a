import type { ChartPoint } from '@/lib/dashboard/snapshot-schema'
import { formatMs, formatNumber, LONGEST } from '../format'

export interface ChartKind {
  id: string
  title: string
  /** What it shows, for people who cannot see it and for those who wonder. */
  note: string
  /** What is counted, such as `reads`. Without one the figures have their unit with them. */
  unit?: string
  format(value: number): string
  /** The highest value of the axis, if it is always the same. */
  max?: number
  series: readonly ChartSeries[]
}

interface ChartSeries {
  label: string
  of(point: ChartPoint): number | null
  /** Whether it should be 0. */
  bad?: boolean
  /** Whether another line often has the same values: that one is drawn inside of this one. */
  wide?: boolean
}

/** The line of each series: a color and a pattern, each enough by itself. */
const LINES = [
  { color: '--series-1', dash: '', width: 2 },
  { color: '--series-2', dash: '6 3', width: 2 },
  { color: '--series-3', dash: '2 3', width: 2 },
  { color: '--series-4', dash: '10 3 2 3', width: 2 },
] as const
const WIDE = { color: '--series-wide', dash: '', width: 5 } as const
const INSIDE = { color: '--ink', dash: '5 4', width: 2 } as const

export function lineOf({ series }: Pick<ChartKind, 'series'>, i: number) {
  if (series[i]?.wide) return WIDE
  if (series[i - 1]?.wide) return INSIDE
  const line = LINES[i] ?? LINES[0]
  return series[i]?.bad ? { ...line, color: '--bad' } : line
}

/** What the figures of a chart are: `reads per 5 min`. `step`: minutes that a point counts. */
export const unitOf = ({ unit }: Pick<ChartKind, 'unit'>, step: number): string | undefined =>
  unit && `${unit} per ${step === 1 ? 'minute' : `${step} min`}`

const percent = (value: number) => `${Math.round(value * 10) / 10}%`

const latency = (service: 'redis' | 'clerk', name: string): ChartKind => ({
  id: `latency-${service}`,
  title: `${name} latency`,
  note: '50, 95 and 99% of the requests were answered within this time. The values are upper bounds of histogram buckets.',
  format: (ms) => (ms > LONGEST[service] ? `over ${LONGEST[service] / 1000} s` : formatMs(ms)),
  series: (['p50', 'p95', 'p99'] as const).map((share) => ({
    label: share,
    of: ({ latency }) => {
      const found = latency[service]
      // What took longer than the last bucket is drawn one above.
      return found && (found[share] ?? LONGEST[service] + 1)
    },
    wide: share === 'p95',
  })),
})

const all = ({ reads }: ChartPoint) => reads.request + reads.process + reads.redis + reads.none

export const CHARTS = {
  hitRate: {
    ...{ id: 'hit-rate', title: 'Hit rate', format: percent, max: 100 },
    note: 'The share of reads that the cache answered. A gap means that there were no reads.',
    series: [
      {
        label: 'Hit rate',
        of: (point) => (all(point) === 0 ? null : (1 - point.reads.none / all(point)) * 100),
      },
    ],
  },
  reads: {
    ...{ id: 'reads', title: 'Reads by layer', unit: 'reads', format: formatNumber },
    note: 'Which layer answered. “Loaded” means that nothing usable was cached.',
    series: [
      { label: 'Redis', of: ({ reads }) => reads.redis },
      { label: 'Loaded', of: ({ reads }) => reads.none },
      { label: 'Request memo', of: ({ reads }) => reads.request },
      { label: 'Process', of: ({ reads }) => reads.process },
    ],
  },
  clerk: {
    ...{ id: 'clerk-requests', title: 'Requests to Clerk', unit: 'requests', format: formatNumber },
    note: 'Requests that were made, and requests that the cache avoided.',
    series: [
      { label: 'Avoided', of: ({ clerk }) => clerk.avoided },
      { label: 'Made', of: ({ clerk }) => clerk.made },
    ],
  },
  redisLatency: latency('redis', 'Redis'),
  clerkLatency: latency('clerk', 'Clerk'),
  webhooks: {
    ...{ id: 'webhook-deliveries', title: 'Deliveries', unit: 'deliveries', format: formatNumber },
    note: 'Attempts to deliver webhooks with a valid signature.',
    series: [
      { label: 'Accepted', of: ({ webhooks }) => webhooks.done },
      { label: 'Failed', of: ({ webhooks }) => webhooks.failed, bad: true },
    ],
  },
  tokens: {
    ...{ id: 'token-reads', title: 'Token reads', unit: 'reads', format: formatNumber },
    note: 'Token reads by outcome.',
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
 * Whether nothing at all was counted: no process ran, none could write, or nobody came. Only what happens is counted, so
 * this is a gap, and 0 only where something else was counted.
 */
const isUncounted = ({ reads, clerk, latency, webhooks, tokens }: ChartPoint) =>
  latency.redis === null &&
  latency.clerk === null &&
  [reads, clerk, webhooks, tokens].every((counts) => Object.values(counts).every((count) => count === 0))

/** The value of a series at a point, or null: nothing was counted. */
export const valueAt = ({ of }: ChartSeries, point: ChartPoint): number | null =>
  isUncounted(point) ? null : of(point)

/** Those whose time is over. */
const wholeOf = (points: readonly ChartPoint[]) => points.slice(0, -1)

/** Why a chart has no line, if it has none. */
export function whyEmpty({ series }: ChartKind, points: readonly ChartPoint[]): string | undefined {
  const isDrawn = (some: readonly ChartPoint[]) =>
    some.some((point) => series.some((one) => valueAt(one, point)))
  if (isDrawn(wholeOf(points))) return undefined
  return isDrawn(points) ? 'The first traffic is drawn when its time is over' : 'No traffic in this period'
}

/**
 * Columns: the times in seconds, then each series. Without the last point, whose time is still running: a part of a minute
 * beside whole ones looks like a collapse.
 */
export function columnsOf({ series }: ChartKind, points: readonly ChartPoint[]): (number | null)[][] {
  const whole = wholeOf(points)
  return [whole.map(({ at }) => at / 1000), ...series.map((one) => whole.map((point) => valueAt(one, point)))]
}
