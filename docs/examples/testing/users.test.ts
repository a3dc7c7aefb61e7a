import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { getCachedUserById } from '~/lib/clerk-cache/cache/clerk-cache'
import { invalidateUserCache } from '~/lib/clerk-cache/cache/clerk-cache-utils'
import { type LocalStack, startLocalStack } from '~/lib/clerk-cache/local/stack'

const ada = 'user_2ada'
let stack: LocalStack

beforeAll(async () => {
  stack = await startLocalStack({
    users: [{ id: ada, firstName: 'Ada', lastName: 'Byron', emails: ['ada@example.com'] }],
    webhookPath: false, // no app runs in this test
  })
  Object.assign(process.env, stack.env, { CACHE_REDIS_TIMEOUT_MS: '10000' }) // read at the first use
})
beforeEach(() => stack.reset())
afterAll(() => stack.stop())

test('the second read costs Clerk nothing', async () => {
  expect(await getCachedUserById(ada)).toMatchObject({ fullName: 'Ada Byron' })
  await getCachedUserById(ada)
  expect(stack.clerk.requests()).toMatchObject({ total: 1 })
})

test('a read after the invalidation has the new name', async () => {
  await getCachedUserById(ada)
  stack.clerk.updateUser(ada, { lastName: 'Lovelace' })
  await invalidateUserCache(ada)
  expect(await getCachedUserById(ada)).toMatchObject({ fullName: 'Ada Lovelace' })
})

test('a cached user is there while Clerk is down', async () => {
  await getCachedUserById(ada)
  stack.clerk.faults.add({ status: 503 })
  expect(await getCachedUserById(ada)).toMatchObject({ firstName: 'Ada' })
})
