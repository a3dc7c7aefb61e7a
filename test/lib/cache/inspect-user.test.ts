import { expect, test } from 'vitest'
import { getCachedUserById } from '@/lib/cache/clerk-cache'
import { inspectUser } from '@/lib/cache/inspect-user'
import { redis } from '@/lib/config'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

useServices({ env: { LOG_LEVEL: 'silent', CACHE_USER_TTL: '300' } })

/** Sets how long the user is still cached. */
const expireIn = (seconds: number) =>
  redis().insist('eval', (client) =>
    client.eval(
      `for _, key in ipairs(redis.call('KEYS', '*:h:user.*')) do redis.call('EXPIRE', key, ARGV[1]) end`,
      [],
      [seconds],
    ),
  )

test('the age of an entry is between what it is with all and with none of the jitter', async () => {
  await getCachedUserById(people.member)
  await expireIn(100)
  expect((await inspectUser(people.member)).age).toEqual({ least: 170, most: 200 })
})

test('an entry that was just loaded may be 0 s old', async () => {
  await getCachedUserById(people.member)
  await expireIn(271)
  expect((await inspectUser(people.member)).age).toEqual({ least: 0, most: 29 })
})

test('the age of an expired entry, or of a user who was not found, is not known', async () => {
  await getCachedUserById(people.member)
  await expireIn(0)
  expect((await inspectUser(people.member)).age).toBeNull()
  await getCachedUserById('user_2nobody')
  expect((await inspectUser('user_2nobody')).age).toBeNull()
})
