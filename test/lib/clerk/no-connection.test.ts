import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test } from 'vitest'
import { getCachedUserById } from '@/lib/cache/clerk-cache'
import { updateUserProfile } from '@/lib/cache/user-writes'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

const services = useServices({
  async env() {
    // A port that was free a moment ago: nobody listens there.
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    await new Promise((closed) => server.close(closed))
    const port = typeof address === 'object' && address ? address.port : 0
    return { CLERK_API_URL: `http://127.0.0.1:${port}` }
  },
})

test('a write that could not be sent has saved nothing, and leaves the cache alone', async () => {
  await expect(updateUserProfile(people.admin, { firstName: 'New' })).rejects.toMatchObject({
    code: 'clerk_unavailable',
    outcome: 'not_saved',
  })
  expect(services.upstash.counts().byCommand.unlink).toBeUndefined()
})

test('a read that could not be sent says that Clerk is not responding', async () => {
  await expect(getCachedUserById(people.admin)).rejects.toMatchObject({ code: 'clerk_unavailable' })
})
