import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toCsv, toNdjson } from '@/lib/dashboard/file-formats'

/** Reads CSV as RFC 4180 says. */
const parseCsv = (text: string): string[][] =>
  text
    .split(/\r\n(?=(?:[^"]*"[^"]*")*[^"]*$)/)
    .filter(Boolean)
    .map((line) =>
      [...line.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map(([, cell = '']) => cell.replaceAll('""', '"')),
    )

describe('a list as CSV', () => {
  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1+1', '＋1', '－1', '＠SUM(A1)'])(
    'has no formula: %j',
    (text) => {
      const [, [cell = ''] = []] = parseCsv(toCsv(['outcome'], [{ outcome: text }]))
      expect(cell).toBe(`'${text}`)
    },
  )

  test('is read back as it was written, whatever characters there are', () => {
    const cell = fc.string({ unit: 'binary' }).filter((text) => !/^[=+\-@\t\r\n]/.test(text))
    fc.assert(
      fc.property(fc.array(fc.record({ a: cell, b: cell })), (rows) => {
        const [, ...found] = parseCsv(toCsv(['a', 'b'], rows))
        expect(found).toEqual(rows.map(({ a, b }) => [a, b]))
      }),
    )
  })

  test('has lists as JSON, and nothing for what is not there', () => {
    expect(toCsv(['a', 'b'], [{ a: ['x'], b: null }])).toBe('"a","b"\r\n"[""x""]",""\r\n')
  })
})

test('a list as NDJSON has one line for each row, with the named fields', () => {
  expect(toNdjson(['a'], [{ a: 1, secret: 2 }, { a: 'x\ny' }])).toBe('{"a":1}\n{"a":"x\\ny"}\n')
})
