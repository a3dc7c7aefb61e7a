import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { keepCoresBusy } from '../support/busy-cores'
import { fullOr } from '../support/full'
import { BUILD_TIMEOUT, buildKitApp, KIT_BUILD, type KitApp, startKitApp } from '../support/kit-app'
import { BUSY_PORT } from '../support/ports'
import { startStandInsProcess } from '../support/stand-ins-process'

const READERS = fullOr(200, 60)
const SCOPES = ['https://www.googleapis.com/auth/calendar.readonly']
/** Two loads by two processes are four requests. Without anything else on the machine it is one load. */
const MOST_CALLS = 4

let standIns: Awaited<ReturnType<typeof startStandInsProcess>>
let servers: KitApp[] = []
let others: ReturnType<typeof keepCoresBusy> | undefined

beforeAll(async () => {
  await buildKitApp(KIT_BUILD)
  standIns = await startStandInsProcess()
  servers = await Promise.all([0, 1].map((i) => startKitApp(KIT_BUILD, BUSY_PORT + i, standIns.env)))
  // The first request of a server loads the code.
  for (const { run } of servers) await run('named', { name: 'nobody' })
  others = keepCoresBusy(4)
}, BUILD_TIMEOUT)

afterAll(async () => {
  await others?.stop()
  await Promise.all(servers.map(({ stop }) => stop()))
  await standIns?.close()
})

const statsOf = z.object({ redis: z.object({ errors: z.record(z.string(), z.number()) }) })

/** Requests to Redis that the servers have counted as failed. */
async function redisErrors(): Promise<number> {
  const counts = servers.map(async ({ run }) => {
    const answer = await run('stats')
    return Object.values(statsOf.parse(answer.ok && answer.value).redis.errors)
  })
  return (await Promise.all(counts)).flat().reduce((sum, count) => sum + count, 0)
}

const rounds = fullOr([1, 2, 3, 4, 5], [1])

/** What all readers get who ask at once, half of them at each server, and what it costs. */
async function readByAll(operation: string, given: object) {
  await standIns.resetRequests()
  const before = await redisErrors()
  const answers = await Promise.all(
    Array.from({ length: READERS }, (_, i) => servers[i % 2]?.run(operation, given)),
  )
  const { total: calls } = await standIns.requests()
  const failed = (await redisErrors()) - before
  const right = answers.filter((answer) => answer?.ok && isDeepStrictEqual(answer, answers[0])).length
  process.stdout.write(
    `${READERS} readers (${operation}): ${right} equal answers, ${calls} Clerk calls, ${failed} failed Redis requests\n`,
  )
  return { answers, calls, failed }
}

let users = 0
let user: { id: string; username: string }

beforeEach(async () => {
  const username = `busy-${++users}`
  user = { username, id: await standIns.createUser({ username, emails: [`${username}@example.com`] }) }
})

// Several cold names, because a deadline that ends too early does so only now and then.
test.each(rounds)(`${READERS} readers of a cold name on busy cores cost few requests (%i)`, async () => {
  const { answers, calls, failed } = await readByAll('named', { name: user.username })
  for (const answer of answers) expect(answer).toMatchObject({ ok: true, value: user })
  expect(failed).toBe(0)
  expect(calls).toBeLessThanOrEqual(MOST_CALLS)
})

test.each(rounds)(`none of ${READERS} readers of a cold token is refused on busy cores (%i)`, async () => {
  await standIns.connect(user.id, SCOPES)
  const sessionId = await standIns.signIn(user.id)
  const { answers, calls, failed } = await readByAll('token', { userId: user.id, sessionId })
  for (const answer of answers) expect(answer).toMatchObject({ ok: true, value: { status: 'ok' } })
  expect(failed).toBe(0)
  expect(calls).toBeLessThanOrEqual(MOST_CALLS)
})
