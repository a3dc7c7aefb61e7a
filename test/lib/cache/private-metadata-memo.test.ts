import { expect, test } from 'vitest'
import { getCachedUserById } from '@/lib/cache/clerk-cache'
import { getCachedPrivateMetadata } from '@/lib/cache/private-metadata'
import { configure, redis } from '@/lib/config'
import { createPlainRuntime } from '@/lib/lookup/runtime/plain'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

const services = useServices()

test('a request that goes on for long sees a change of private metadata, by which apps decide rights', async () => {
  const request = {}
  const enter = async () => ({ request, cached: false })
  configure({ runtime: { ...createPlainRuntime(), current: () => request, enter } })
  const change = (plan: string) =>
    services.clerk.updateUser(people.member, { firstName: plan, privateMetadata: { plan } })
  const read = async () => [
    (await getCachedPrivateMetadata(people.member))?.reveal().plan,
    (await getCachedUserById(people.member))?.firstName,
  ]
  change('paid')
  expect(await read()).toEqual(['paid', 'paid'])
  change('none')
  // As another process invalidates.
  await redis().run('del', (client) => client.unlink(`ck:f:user:${people.member}`))
  // What is shown stays the same within a request.
  expect(await read()).toEqual(['none', 'paid'])
})
