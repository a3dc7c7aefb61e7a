import { Console } from 'node:console'
import { Writable } from 'node:stream'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { printPlainly } from '@/lib/process/plain-console'

let printed = ''
const stdout = new Writable({
  write(chunk, _, done) {
    printed += chunk
    done()
  },
})
const target = new Console({ stdout })

beforeAll(() => printPlainly(target))
beforeEach(() => {
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
