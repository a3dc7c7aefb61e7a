import { expect, test } from 'vitest'
import { columns } from '@/lib/ops/command'

test('a text that somebody has chosen cannot steer the terminal that it is printed on', () => {
  const printed = columns([
    ['org_\u001b[2J\u009b2J\r\n\u202eko', 'forbidden'],
    ['Zoë', 'ok'],
  ])
  expect(printed).toBe(
    'org_\\u001b[2J\\u009b2J\\u000d\\u000a\\u202eko  forbidden\nZoë                                        ok\n',
  )
})
