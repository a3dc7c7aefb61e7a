import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { getCachedUserById, getCachedUserByUsername } from '@/lib/cache/clerk-cache'
import { invalidateUserCache } from '@/lib/cache/clerk-cache-utils'
import { revokeSession } from '@/lib/cache/revocations'
import { isSignedIn } from '@/lib/clerk/signed-in'
import { configure } from '@/lib/config'
import { snapshotFeed } from '@/lib/dashboard/panels.server'
import type { Range } from '@/lib/dashboard/snapshot-schema'
import { withPriority } from '@/lib/lookup/priority'
import { createNextRuntime } from '@/lib/lookup/runtime/next'
import { recordDelivery } from '@/lib/webhooks/delivery-log'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'
import { sessionOf } from '../../support/session'

const LIMIT = 100
const services = useServices({ env: { CLERK_RATE_LIMIT: String(LIMIT), LOG_LEVEL: 'silent' } })
let sessions = 0
vi.mock('@clerk/nextjs/server', () => ({
  auth: async () => sessionOf(people.admin, `sess_${sessions}`),
}))

/** Milliseconds between two updates. */
const EVERY = 4_000

beforeAll(() => {
  // In Next's runtime what runs outside a request counts as a visitor's, as a stream does that has left its request.
  configure({ runtime: createNextRuntime(isSignedIn) })
  vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] })
})
afterAll(() => void vi.useRealTimers())

const leave: (() => void)[] = []
beforeEach(() => {
  for (const end of leave.splice(0)) end()
  // What was shared, counted and paused in the test before is over.
  vi.advanceTimersByTime(60_000)
})

/** Opens the dashboard's stream in a session of its own, as somebody who is signed in. */
async function open(range?: Range) {
  const signal = new AbortController()
  leave.push(() => signal.abort())
  const sessionId = `sess_${++sessions}`
  const reader = (await withPriority('high', () => snapshotFeed(signal.signal, range))).getReader()
  const received = { sessionId, snapshots: 0, ended: false }
  void (async () => {
    const decoder = new TextDecoder()
    for (let part = await reader.read(); !part.done; part = await reader.read())
      if (decoder.decode(part.value).startsWith('data: ')) received.snapshots++
    received.ended = true
  })()
  await expect.poll(() => received.snapshots).toBe(1)
  return received
}

type Stream = Awaited<ReturnType<typeof open>>

/** The next update, until each stream has received it or ended. */
async function update(streams: Stream[]) {
  const before = streams.map(({ snapshots }) => snapshots)
  vi.advanceTimersByTime(EVERY)
  await expect
    .poll(() => streams.every(({ snapshots, ended }, i) => ended || snapshots === (before[i] ?? 0) + 1))
    .toBe(true)
}

describe('the feed of the dashboard', () => {
  test('goes on while visitors have used their half of Clerk’s limit, and the admin is not cached', async () => {
    const stream = await open()
    const name = (i: number) => getCachedUserByUsername(`stranger-${i}`)
    const asVisitor = <R>(work: () => R) => withPriority('normal', work)
    await asVisitor(() => Promise.allSettled(Array.from({ length: LIMIT }, (_, i) => name(i))))
    await expect(asVisitor(() => name(LIMIT))).rejects.toMatchObject({ code: 'clerk_rate_limited' })
    await invalidateUserCache(people.admin)
    await update([stream])
    expect(stream).toMatchObject({ snapshots: 2, ended: false })
  })

  test('ends with the reader’s session, and not with another of the same admin', async () => {
    const streams = [await open(), await open()]
    await revokeSession(streams[0]?.sessionId ?? '')
    await update(streams)
    expect(streams.map(({ ended }) => ended)).toEqual([true, false])
  })

  test('ends within a second of its check while Clerk hangs, and sends nothing more', async () => {
    const stream = await open()
    await invalidateUserCache(people.admin)
    services.clerk.faults.add({ connection: 'hang' })
    try {
      vi.advanceTimersByTime(EVERY)
      await expect.poll(() => stream.ended, { timeout: 1_500 }).toBe(true)
      expect(stream.snapshots).toBe(1)
    } finally {
      services.clerk.faults.clear()
    }
  })

  test('costs Redis for twenty who listen at most one and a half times what it costs for one', async () => {
    // With charts, and with the name of somebody in a list.
    const line = { at: Date.now(), type: 'user.updated', reason: null, ms: 1, invalidated: [] }
    await recordDelivery({ ...line, id: 'msg_1', subject: people.member, outcome: 'ok' })
    const costOf = async (readers: number) => {
      await withPriority('high', () => getCachedUserById(people.admin))
      const streams: Stream[] = []
      for (let i = 0; i < readers; i++) streams.push(await open('1h'))
      await update(streams)
      services.upstash.resetCounts()
      for (let i = 0; i < 5; i++) await update(streams)
      const { commands, byCommand } = services.upstash.counts()
      for (const end of leave.splice(0)) end()
      return { commands, byCommand }
    }
    const one = await costOf(1)
    const twenty = await costOf(20)
    process.stdout.write(
      `five updates: for one ${JSON.stringify(one)}, for twenty ${JSON.stringify(twenty)}\n`,
    )
    // The checks of all sessions are one command for each update, and so are the names in the lists.
    expect([one.byCommand.mget, twenty.byCommand.mget]).toEqual([10, 10])
    expect(twenty.commands).toBeLessThanOrEqual(1.5 * one.commands)
  })
})
