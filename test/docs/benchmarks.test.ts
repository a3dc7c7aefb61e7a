import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ahead, disagreements } from '../../bench/agreement'
import type { ContestRow } from '../../bench/contests'
import { chartsOf, pageOf, type Run, withReadmePart } from '../../bench/page'

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
