import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { CHARTS, type ChartKind, columnsOf, lineOf, unitOf } from '@/app/dashboard/_components/chart-kinds'
import { formatAgo, formatTick, formatUpTo } from '@/app/dashboard/format'
import { chartPoint } from '@/lib/dashboard/charts'

const DAY = 86_400_000

describe('a time since', () => {
  test.each([
    [4_000, 'just now'],
    [59_000, '59 s ago'],
    [3_600_000, '1 h ago'],
    [DAY, '1 day ago'],
    [29 * DAY, '29 days ago'],
    [30 * DAY, '1 month ago'],
    [324 * DAY, '10 months ago'],
    [365 * DAY, '1 year ago'],
    [800 * DAY, '2 years ago'],
    [-2 * DAY, 'in 2 days'],
  ])('of %i ms is “%s”', (ms, text) => {
    expect(formatAgo(1_800_000_000_000 - ms, 1_800_000_000_000)).toBe(text)
  })
})

test.each([
  [250, '≤ 250 ms'],
  [1000, '≤ 1 s'],
  [2500, '≤ 2.5 s'],
  [null, 'over 10 s'],
])('a bucket up to %s ms is “%s”', (ms, text) => {
  expect(formatUpTo(ms, 'clerk')).toBe(text)
})

test('an axis has the date at midnight, and otherwise the time', () => {
  expect(formatTick(new Date(2026, 10, 26, 0, 0).getTime())).toMatch(/26/)
  expect(formatTick(new Date(2026, 10, 26, 6, 15).getTime())).toMatch(/6:15/)
})

const labels = { lookup: 'user', layer: 'redis' }
const point = (minute: number, value: number) =>
  chartPoint({ at: minute * 60_000, series: [{ name: 'lookups_total', labels, value }] })
const nothing = (minute: number) => chartPoint({ at: minute * 60_000, series: [] })

test('a chart has a gap where nothing was counted, and 0 where something else was', () => {
  const points = [nothing(1), point(2, 480), nothing(3)]
  expect(columnsOf(CHARTS.reads, points)[1]).toEqual([null, 480])
  expect(columnsOf(CHARTS.webhooks, points)[1]).toEqual([null, 0])
})

test('p95 and p99 can be told apart, also where they are equal, in light and in dark', () => {
  const css = readFileSync('app/theme.css', 'utf8')
  const colorsOf = (name: string) => [
    ...(css.match(new RegExp(`  ${name}: (.*);`))?.[1] ?? '').matchAll(/#\w{6}/g),
  ]
  for (const scheme of [0, 1]) {
    const of = (name: string) => luminance((colorsOf(name)[scheme] ?? colorsOf(name)[0])?.[0] ?? '')
    const [p95, p99] = [lineOf(CHARTS.redisLatency, 1), lineOf(CHARTS.redisLatency, 2)]
    for (const [one, other] of [
      [p95.color, p99.color],
      [p95.color, '--surface'],
      [p99.color, '--surface'],
    ] as const)
      expect(contrast(of(one), of(other)), `${one} ${other} ${scheme}`).toBeGreaterThan(3)
    expect(p95.width).toBeGreaterThan(2 * p99.width)
  }
})

/** By WCAG 2.2. */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

const contrast = (one: number, other: number) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)

test('every chart has a unit: what is counted and per how many minutes, or the unit of each figure', () => {
  for (const kind of Object.values<ChartKind>(CHARTS))
    expect([unitOf(kind, 5), kind.format(50)], kind.title).toEqual([
      ...(kind.unit
        ? [expect.stringMatching(/^[a-z]+ per 5 min$/), '50']
        : [undefined, expect.stringMatching(/^50( ms|%)$/)]),
    ])
  expect(unitOf(CHARTS.reads, 1)).toBe('reads per minute')
})

test('a chart ends with the last whole minute', () => {
  const [times, redis] = columnsOf(CHARTS.reads, [point(1, 500), point(2, 480), point(3, 7)])
  expect(times).toEqual([60, 120])
  expect(redis).toEqual([500, 480])
})
