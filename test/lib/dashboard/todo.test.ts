import { describe, expect, test } from 'vitest'
import type { State } from '@/lib/dashboard/snapshot-schema'
import { todosOf } from '@/lib/dashboard/todo'
import { NO_READS } from '@/lib/dashboard/token-health'

const up: State = { tone: 'good', title: 'Up, 1 ms', advice: null }
const delivery = (id: string, outcome: string) => ({
  ...{ id, outcome, at: 1, type: 'user.updated', reason: null, ms: 1, subject: null, invalidated: [] },
})
const good = {
  cache: { redis: up, clerk: up },
  deliveries: [delivery('msg_1', 'ok')],
  tokens: new Map([['google', { name: 'Google', health: { ...NO_READS, works: 3 } }]]),
}
const google = (health: Partial<typeof NO_READS>) =>
  new Map([['google', { name: 'Google', health: { ...NO_READS, ...health } }]])

describe('the verdict', () => {
  test('is that all is good, with nothing to do', () => {
    expect(todosOf(good)).toEqual([])
  })

  test('has what is broken before what users have to do, each with the page where', () => {
    const tokens = google({ users: [{ id: 'user_1', outcome: 'reconnect_required' }] })
    const deliveries = [delivery('msg_2', 'failed')]
    expect(todosOf({ ...good, tokens, deliveries })).toEqual([
      { tone: 'bad', text: '1 webhook failed', href: '/dashboard/webhooks?outcome=failed' },
      { tone: 'warn', text: '1 user has to reconnect Google', href: '/dashboard/integrations' },
    ])
  })

  test('a webhook that was delivered in the end is not on the list', () => {
    const deliveries = [delivery('msg_1', 'ok'), delivery('msg_1', 'failed')]
    expect(todosOf({ ...good, deliveries })).toEqual([])
  })

  test('people who never connected are not on the list', () => {
    expect(todosOf({ ...good, tokens: google({ notConnected: 5 }) })).toEqual([])
  })

  test('says that webhooks are not set up, but not while the log cannot be read', () => {
    expect(todosOf({ ...good, deliveries: [] })).toMatchObject([{ text: 'Webhooks are not set up' }])
    expect(todosOf({ ...good, deliveries: undefined })).not.toMatchObject([
      { text: 'Webhooks are not set up' },
    ])
  })

  test('ends with what could not be checked without Redis', () => {
    const redis: State = { tone: 'bad', title: 'Redis is not reachable', advice: null }
    const cache = { redis, clerk: up }
    for (const unread of [{ deliveries: undefined }, { tokens: undefined }])
      expect(todosOf({ ...good, cache, ...unread }).map(({ tone, text }) => [tone, text])).toEqual([
        ['bad', 'Redis is not reachable'],
        ['idle', 'The other checks need Redis'],
      ])
  })

  test('says what still works without Clerk', () => {
    const clerk: State = { tone: 'bad', title: 'Clerk is not responding', advice: null }
    const [first, last] = todosOf({ ...good, cache: { redis: up, clerk } })
    expect(first?.text).toBe('Clerk is not responding')
    expect(last).toMatchObject({ tone: 'idle', text: expect.stringContaining('Cached users still work') })
  })

  test('names what is out', () => {
    const redis: State = { tone: 'bad', title: 'Redis is not reachable', advice: null }
    const clerk: State = { tone: 'warn', title: 'Slow, 900 ms', advice: null }
    const texts = todosOf({ ...good, cache: { redis, clerk } }).map(({ text }) => text)
    expect(texts).toEqual(['Redis is not reachable', 'Clerk is slow, 900 ms'])
  })
})
