import { describe, expect, test } from 'vitest'
import { CHARTS, columnsOf } from '@/app/dashboard/_components/chart-kinds'
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

test('a chart ends with the last whole minute', () => {
  const labels = { lookup: 'user', layer: 'redis' }
  const point = (minute: number, value: number) =>
    chartPoint({ at: minute * 60_000, series: [{ name: 'lookups_total', labels, value }] })
  const [times, redis] = columnsOf(CHARTS.reads, [point(1, 500), point(2, 480), point(3, 7)])
  expect(times).toEqual([60, 120])
  expect(redis).toEqual([500, 480])
})
