import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ahead, disagreements } from '../../bench/agreement'
import type { ContestRow } from '../../bench/contests'
import { chartsOf, pageOf, README_MARKERS, type Run, readmePart, withReadmePart } from '../../bench/page'
import { record } from '../../bench/record'

const root = join(import.meta.dirname, '../..')
const textOf = (path: string) => readFileSync(join(root, path), 'utf8')
const runs = [1, 2, 3].map((n): Run => JSON.parse(textOf(`docs/benchmarks/run-${n}.json`)))
const run = runs[0] ?? expect.fail('There is no run')

describe('the recorded benchmarks', () => {
  test('are what the page and its charts say', () => {
    expect(textOf('docs/benchmarks.md')).toBe(pageOf(run))
    const charts = [...chartsOf(run)]
    for (const [file, svg] of charts) expect(textOf(`docs/benchmarks/${file}`)).toBe(svg)
    const kept = readdirSync(join(root, 'docs/benchmarks')).filter((file) => file.endsWith('.svg'))
    expect(charts.map(([file]) => file).sort()).toEqual(kept.sort())
  })

  test('are where the numbers of the README come from', () => {
    const readme = textOf('README.md')
    expect(readme).toBe(withReadmePart(readme, run))
  })

  test('agree in three runs on who is ahead in each row', () => {
    expect(disagreements(runs)).toEqual([])
  })

  test('took less than 15 minutes each', () => {
    expect(Math.max(...runs.map(({ minutes }) => minutes))).toBeLessThan(15)
  })
})

describe('a new run', () => {
  const [first, second, third] = runs
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'benchmarks-'))
    mkdirSync(join(folder, 'docs'))
    writeFileSync(join(folder, 'README.md'), README_MARKERS.join(''))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const kept = () =>
    readdirSync(join(folder, 'docs/benchmarks'))
      .filter((file) => file.endsWith('.json'))
      .map((file): Run => JSON.parse(readFileSync(join(folder, 'docs/benchmarks', file), 'utf8')))

  test('is kept as the first of three, and the page and the README are written from it', () => {
    for (const each of [first, second, third, { ...run, minutes: 14.5 }]) record(folder, each)
    expect(kept()).toEqual([{ ...run, minutes: 14.5 }, third, second])
    expect(readFileSync(join(folder, 'docs/benchmarks.md'), 'utf8')).toContain('of 14.5 minutes')
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toBe(README_MARKERS.join(readmePart(run)))
  })

  test('that misses a target for no known reason is not kept', () => {
    const figure = { name: 'a new figure', measured: 2, unit: 's', required: { atMost: 1 } }
    const odd = { ...run, sections: [{ title: 'A section', note: '', figures: [figure] }] }
    expect(() => record(folder, odd)).toThrow('bench/reasons.ts does not say why this is missed')
    expect(readdirSync(join(folder, 'docs'))).toEqual([])
  })

  test('returns the rows in which it disagrees with those before', () => {
    expect(record(folder, first)).toEqual([])
    // The best are the worst.
    const turned = ({ better, ...row }: ContestRow): ContestRow => ({
      ...row,
      better: better === 'less' ? 'more' : 'less',
    })
    const contests = run.contests.map((contest) => ({ ...contest, rows: contest.rows.map(turned) }))
    expect(record(folder, { ...run, contests })).toContainEqual(expect.stringContaining('page, first read: '))
  })
})

describe('who is ahead in a row', () => {
  const row = (figures: Record<string, number[]>, better: 'less' | 'more' = 'less'): ContestRow => ({
    ...{ name: 'row', unit: 'ms', better },
    figures: Object.fromEntries(
      Object.entries(figures).map(([name, rounds]) => [name, { median: rounds[1] ?? 0, rounds }]),
    ),
  })

  test('is the best, by the direction of the row', () => {
    expect(ahead(row({ a: [1, 2, 3], b: [4, 5, 6] }))).toEqual(['a'])
    expect(ahead(row({ a: [1, 2, 3], b: [4, 5, 6] }, 'more'))).toEqual(['b'])
  })

  test('is also who is within a tenth, or has a round as good as the worst of the best', () => {
    expect(ahead(row({ a: [10, 10, 10], b: [10.9, 10.9, 10.9], c: [11.5, 11.5, 11.5] }))).toEqual(['a', 'b'])
    expect(ahead(row({ a: [1, 2, 5], b: [5, 6, 7], c: [6, 7, 8] }))).toEqual(['a', 'b'])
  })

  test('is reported where runs disagree', () => {
    const of = (figures: Record<string, number[]>): Run => ({
      ...run,
      contests: [{ title: 'contest', note: '', rows: [row(figures)] }],
    })
    const [first, second] = [of({ a: [1, 2, 3], b: [4, 5, 6] }), of({ b: [1, 2, 3], a: [4, 5, 6] })]
    expect(disagreements([first, first])).toEqual([])
    expect(disagreements([first, second])).toEqual(['contest, row: a / b'])
  })
})
