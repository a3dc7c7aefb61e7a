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
    expect(printed).toContain('a \\u009b31m says {"b":"\\u202e"} Error: c \\u007f\\u2028\n    at ')
    expect(printed).toMatch(/^[\n\x20-\x7e]+$/)
  },
)

test('lines, tabs and colors stay', () => {
  const text = '\u001b[31mred\u001b[0m\n\tnext line 100%'
  target.error(text)
  target.error('\u001b[2J\u001b]0;title\u0007')
  expect(printed).toBe(`${text}\n\\u001b[2J\\u001b]0;title\\u0007\n`)
})
