import { expect, test } from 'vitest'
import { getCachedUserById } from '@/lib/cache/clerk-cache'
import { removeUser } from '@/lib/cache/revocations'
import { namespace, redis } from '@/lib/config'
import { createProcessState } from '@/lib/lookup/process-state'
import { createBackplane } from '@/lib/lookup/redis/backplane'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

const services = useServices({ env: { CACHE_BACKPLANE: 'on', CACHE_PROCESS_TTL: '600' } })

// A command or a job does not listen to others, and has to tell them all the same.
test('a process without a backplane of its own announces what it invalidates', async () => {
  const state = createProcessState()
  const dropped: string[] = []
  state.layers.add({ drop: (tag) => dropped.push(tag), clear: () => {} })
  const listening = createBackplane({ redis: redis(), namespace: namespace(), state })
  await expect.poll(() => state.epoch()).toBe(1)
  await removeUser(people.member)
  await expect.poll(() => dropped).toContain(`user:${people.member}`)
  listening.close()
})

test('a process without a backplane of its own holds a user for a second at most, because it hears nothing', async () => {
  const read = async () => (await getCachedUserById(people.expert))?.firstName
  const before = await read()
  services.clerk.updateUser(people.expert, { firstName: 'Changed' })
  // As another process invalidates.
  await redis().run('unlink', (client) => client.unlink(`ck:f:user:${people.expert}`))
  expect(await read()).toBe(before)
  await expect.poll(read).toBe('Changed')
})
