import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { printPlainly } from '@/lib/process/plain-console'

let printed = ''
const stdout = new Writable({
  write(chunk, _, done) {
    printed += chunk
    done()
  },
})
const target = new Console({ stdout })

beforeAll(() => {
  vi.useFakeTimers()
  printPlainly(target)
})
afterAll(() => void vi.useRealTimers())
beforeEach(() => {
  vi.runAllTimers()
  printed = ''
})

test.each(['debug', 'log', 'info', 'warn', 'error'] as const)(
  '%s prints what steers a terminal by its number',
  (name) => {
    target[name]('%s says %j', 'a \u009b31m', { b: '\u202e' }, new Error('c \u007f\u2028'))
    expect(printed).toContain('a \\u009b31m says {"b":"\\u202e"} Error: c \\u007f\\u2028\n|     at ')
    expect(printed).toMatch(/^[\n\x20-\x7e]+$/)
  },
)

test('lines and tabs stay, and colors go', () => {
  target.error('\u001b[31mred\u001b[0m\n\tnext line 100%')
  target.error('\u001b[2J\u001b]0;title\u0007')
  expect(printed).toBe(`red\n| \tnext line 100%\n\\u001b[2J\\u001b]0;title\\u0007\n`)
})

test('no color of a stranger hides what follows', () => {
  target.error('Unexpected token in "\u001b[8mhidden"', '\u001b[\u001b[0m8m')
  expect(printed).toBe('Unexpected token in "hidden" \\u001b[8m\n')
})

test('no text begins a line that passes for one of the log', () => {
  const line = '{"level":"error","msg":"written by a stranger"}'
  target.error(`a\n${line}\n`, new Error(`b\n${line}`))
  expect(printed.split('\n').filter((one) => one.trim().startsWith('{'))).toEqual([])
  expect(printed).toContain(line)
})

test('of texts with the same beginning five are printed in ten seconds, and how many more there were', () => {
  const text = (i: number) => `Failed to find Server Action "${i}". This request might be forged.`
  for (let i = 0; i < 200; i++) target.error(text(i))
  expect(printed.trim().split('\n')).toEqual([0, 1, 2, 3, 4].map(text))
  target.error('Something else')
  expect(printed).toContain('Something else')
  printed = ''
  vi.advanceTimersByTime(10_000)
  expect(printed).toBe(`195 more like this within 10 s: ${text(199)}\n`)
  target.error(text(7))
  expect(printed).toContain(text(7))
})

test.each(['"', '`', "'"])('what is quoted with %s makes no beginning of its own', (quote) => {
  for (let i = 0; i < 20; i++) {
    const host = String.fromCharCode(97 + i).repeat(8)
    for (const odd of ['"', '`', "'", '""``', `${quote} `])
      target.error(
        `The header with value ${quote}x${odd}${host}.test${quote} does not match the app's origin`,
      )
  }
  expect(printed.trim().split('\n').length).toBe(5)
  target.error("The header isn't there, and the app's origin is not known")
  expect(printed).toContain('is not known')
})

test('another error with the same beginning is not hidden by them, and neither is one of another kind of text', () => {
  const prefix = 'Clerk: HandshakeService: error getting handshake payload: '
  for (let i = 0; i < 9; i++) target.error(`${prefix}Not found`)
  target.error(`${prefix}The secret key is invalid`)
  target.warn(`${prefix}Not found by a warning`)
  expect(printed).toContain('The secret key is invalid')
  expect(printed).toContain('by a warning')
  for (let i = 0; i < 9; i++) target.log(`{"time":${i}}`)
  expect(printed).toContain('{"time":8}')
})

test('very many different beginnings are counted together', () => {
  for (let i = 0; i < 2000; i++)
    target.error(`${'a'.repeat(i % 50)}${'b'.repeat(i / 50)} is a beginning of its own`)
  expect(printed.trim().split('\n').length).toBe(1005)
})
