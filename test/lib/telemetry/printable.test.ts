import { expect, test } from 'vitest'
import { prettyLine } from '@/lib/telemetry/pretty-line'
import { printable } from '@/lib/telemetry/printable'

const steering: [string, string][] = [
  ['a line feed', '\n'],
  ['a carriage return', '\r'],
  ['NUL', '\0'],
  ['an escape sequence', '\u001b[2J'],
  ['DEL', '\u007f'],
  ['a C1 control', '\u009b31m'],
  ['a next line', '\u0085'],
  ['a line separator', '\u2028'],
  ['a paragraph separator', '\u2029'],
  ['a right-to-left override', '\u202e'],
  ['a first strong isolate', '\u2068'],
  ['an Arabic letter mark', '\u061c'],
]

test.each(steering)('%s in a text is shown by its number', (_, text) => {
  const shown = printable(`before ${text} after`)
  expect(shown).toMatch(/^before \\u[0-9a-f]{4}\S* after$/)
  expect(JSON.parse(`"${shown}"`)).toBe(`before ${text} after`)
})

test('other text stays as it is', () => {
  for (const text of ['plain', 'Zoë 漢字 🙂', 'a\\nb', '']) expect(printable(text)).toBe(text)
})

test.each(steering)('%s in a field leaves a line for people one line', (_, text) => {
  const json = JSON.stringify({ level: 'warn', time: '2026-11-27T12:00:00.000Z', msg: text, path: text })
  const line = prettyLine(json)
  expect(line.slice(0, -1)).toMatch(/^[\x20-\x7e]+$/)
  expect(line.at(-1)).toBe('\n')
})
