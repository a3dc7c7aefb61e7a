import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createProcessState } from '@/lib/lookup/process-state'
import { createRedisClient } from '@/lib/lookup/redis/client'
import { exportAudit } from '@/lib/telemetry/read-audit'
import { startStandIns } from '../../../local/stand-ins'
import { linesOf, startWorker } from './workers/start-worker'

let services: Awaited<ReturnType<typeof startStandIns>>

beforeEach(async () => {
  services = await startStandIns(0, { ports: { clerk: 0, upstash: 0, google: 0 } })
  services.clerk.webhooks.pause()
  return () => services.close()
})

const counts = z.object({ written: z.number(), dropped: z.number(), dead: z.number(), pending: z.number() })
const stopped = z.tuple([z.object({ writers: z.object({ audit: counts, counts }) })])
const emitted = z.tuple([z.object({ emitted: z.number() })])

/** What the worker printed when it ended, and which of its records are in Redis. */
async function countRecords(said: { out: string; err: string }) {
  const [{ writers }] = stopped.parse(linesOf(said.err, 'stopped'))
  const redis = createRedisClient({
    url: services.upstash.url,
    token: services.upstash.token,
    state: createProcessState(),
    timeoutMs: 60_000,
  })
  const targets: number[] = []
  let lost = 0
  for await (const { record } of exportAudit({ redis, key: 'ck:audit' })) {
    if (record.action === 'audit.drop') lost += Number(record.target)
    else targets.push(Number(record.target))
  }
  return {
    audit: writers.audit,
    emitted: emitted.parse(linesOf(said.out, 'emitted'))[0].emitted,
    targets,
    lost,
  }
}

const patient = { CACHE_REDIS_TIMEOUT_MS: '10000' }
const signals = { NEXT_MANUAL_SIG_HANDLE: 'true' }
const wait = (condition: () => boolean) => expect.poll(condition, { interval: 10 }).toBe(true)
const appends = () => {
  const { eval: texts = 0, evalsha = 0 } = services.upstash.counts().byCommand
  return texts + evalsha
}

describe('a process that receives SIGTERM while it writes', () => {
  test('has written every record when it has exited', async () => {
    // Answers take a while, so that the signal finds a batch on its way.
    services.upstash.faults.set({ delayReply: 100 })
    const { child, ended, message } = startWorker('recorder', { ...services.env, ...signals, ...patient }, [
      '20',
    ])
    await message()
    await wait(() => appends() >= 4)
    child.kill('SIGTERM')
    const said = await ended
    expect(said.code).toBe(0)
    const { audit, emitted, targets } = await countRecords(said)
    expect(audit).toEqual({ written: emitted, dropped: 0, dead: 0, pending: 0 })
    expect(targets).toEqual(Array.from({ length: emitted }, (_, i) => i + 1))
    expect(emitted).toBeGreaterThan(1000)
  })

  test('writes all records that it accepted and counts the others, with lost answers and too many records', async () => {
    services.upstash.faults.set({ delayReply: 50 })
    services.upstash.faults.next({}, {}, { reset: 'after' }, {}, { reset: 'before' }, { reset: 'after' })
    const { child, ended, message } = startWorker('recorder', { ...services.env, ...signals, ...patient }, [
      '3000',
    ])
    await message()
    await wait(() => appends() >= 6)
    child.kill('SIGTERM')
    const said = await ended
    const { audit, emitted, targets, lost } = await countRecords(said)
    expect(audit.dropped).toBeGreaterThan(0)
    expect(audit).toMatchObject({ dead: 0, pending: 0 })
    expect(targets.length + audit.dropped).toBe(emitted)
    expect(lost).toBe(audit.dropped)
    expect(targets).toEqual([...targets].sort((a, b) => a - b))
    expect(new Set(targets).size).toBe(targets.length)
  })

  test('exits within 10 s while Redis is not responding, and logs how many records are lost', async () => {
    services.upstash.faults.set({ reset: 'before' })
    const { child, ended, message } = startWorker('recorder', { ...services.env, ...signals }, ['1'])
    await message()
    child.kill('SIGTERM')
    const said = await ended
    // A process that has not ended by itself after 9.8 s exits with 1.
    expect(said.code).toBe(0)
    services.upstash.faults.clear()
    const { audit, emitted, targets } = await countRecords(said)
    expect([audit.pending, targets]).toEqual([emitted, []])
    const failing = linesOf(said.err, 'writer_failing').map(({ writer, reason }) => `${writer}: ${reason}`)
    expect(failing.sort()).toEqual(['audit: unreachable', 'counts: unreachable'])
  })
})
