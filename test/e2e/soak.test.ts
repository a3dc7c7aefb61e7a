import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readUser } from '../soak/checker'
import { createPeople } from '../soak/people'
import { createRandom } from '../soak/random'
import { problemsOf, readsOf, reportOf } from '../soak/report'
import { soak } from '../soak/soak'
import { startSoakStage } from '../soak/stage'
import { fullOr } from '../support/full'
import { BUILD_TIMEOUT, buildKitApp, KIT_BUILD } from '../support/kit-app'
import { redisServer } from '../support/missing'

/** Kills Redis and restarts it with its data, which the Valkey in this process cannot. */
describe.skipIf(!redisServer())('two servers', () => {
  beforeAll(() => buildKitApp(KIT_BUILD), BUILD_TIMEOUT)

  test('return nothing stale while Redis and Clerk fail in every way', async () => {
    const result = await soak({ build: KIT_BUILD, seconds: fullOr(36, 12), seed: Date.now() })
    const problems = problemsOf(result, false)
    const report = reportOf(result, problems)
    process.stdout.write(`Soak with seed ${result.seed}: ${readsOf(result)} reads\n`)
    expect(problems, report).toEqual([])
    expect([...result.reads.keys()].sort()).toEqual(['experts', 'named', 'token', 'users'])
    expect([...result.turns.values()].every(({ turns }) => turns === 1)).toBe(true)
  })

  test('are caught when they miss an invalidation or a revocation', async () => {
    // Late answers of Redis would make the servers read at Clerk.
    const stage = await startSoakStage({
      build: KIT_BUILD,
      random: createRandom(1),
      env: { CACHE_REDIS_TIMEOUT_MS: '10000' },
    })
    try {
      const { clerk, checker, relay, servers } = stage
      const person = (await createPeople(stage)).all()[0]
      const { id = '', sessionId = '' } = person ?? {}
      await relay.settled()

      async function readAll() {
        for (const server of servers) {
          const before = checker.reading()
          const users = await server.run('users', { ids: [id] })
          before.users([id], z.array(readUser).parse(users.ok && users.value))
          const token = await server.run('token', { userId: id, sessionId })
          const { token: text } = z.object({ token: z.string() }).parse(token.ok && token.value)
          before.token({ userId: id, sessionId }, text)
        }
      }
      await readAll()
      expect([checker.stale, checker.tokens]).toEqual([[], []])

      const dropped = relay.dropNext()
      clerk.updateUser(id, { firstName: 'Changed' })
      await dropped
      await readAll()
      expect([checker.stale.length, checker.tokens.length]).toEqual([2, 0])

      const lost = relay.dropNext()
      clerk.endSession(sessionId, 'revoked')
      await lost
      await readAll()
      expect(checker.tokens).toHaveLength(2)
    } finally {
      await stage.close()
    }
  })
})
