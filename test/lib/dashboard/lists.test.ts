import { describe, expect, test } from 'vitest'
import { foldNeighbors } from '@/lib/dashboard/fold'
import { addressOf, readQuery } from '@/lib/dashboard/list-query'
import { webhooksOf } from '@/lib/dashboard/webhook-rows'

const delivery = (id: string, outcome: string, at: number) => ({
  ...{ id, outcome, at, type: 'user.updated', reason: null, ms: 1, subject: 'user_1', invalidated: [] },
})

describe('webhooks', () => {
  test('attempts of one webhook are one line, with the outcome of the newest', () => {
    const [webhook, ...others] = webhooksOf([delivery('msg_1', 'ok', 2), delivery('msg_1', 'failed', 1)])
    expect(others).toEqual([])
    expect(webhook).toMatchObject({ outcome: 'ok', attempts: [{ at: 2 }, { at: 1, outcome: 'failed' }] })
  })

  test('those that failed come first, and otherwise the newest', () => {
    const found = webhooksOf([
      ...[delivery('msg_4', 'ok', 4), delivery('msg_3', 'refused', 3)],
      ...[delivery('msg_2', 'failed', 2), delivery('msg_1', 'ignored', 1)],
    ])
    expect(found.map(({ id }) => id)).toEqual(['msg_3', 'msg_2', 'msg_4', 'msg_1'])
  })
})

test('equal neighbors are folded, and equal lines apart from each other are not', () => {
  const groups = foldNeighbors(['a1', 'a2', 'b1', 'a3'], ([letter]) => letter)
  expect(groups).toEqual([['a1', 'a2'], ['b1'], ['a3']])
})

describe('the address of a list', () => {
  test('says what is shown, and is read back', () => {
    const query = readQuery({ action: 'token.read', outcome: 'failed', range: '24h', at: '12-0:3~11-0:1' })
    expect(query).toMatchObject({ action: 'token.read', cursors: ['12-0:3', '11-0:1'] })
    const [path, search] = addressOf('/dashboard/audit', query).split('?')
    expect(path).toBe('/dashboard/audit')
    expect(readQuery(Object.fromEntries(new URLSearchParams(search)))).toEqual(query)
  })

  test.each([
    { action: '<script>' },
    { outcome: ['ok', 'ok'] },
    { range: 'constructor' },
    { user: 'mia@example.com' },
    { page: '-1' },
    { page: '1e9' },
    { at: '../x' },
    { chart: '7d' },
  ])('leaves out what is not valid: %j', (query) => {
    expect(addressOf('/x', readQuery(query))).toBe('/x')
  })
})
