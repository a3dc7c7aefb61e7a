import { expect, test } from 'vitest'
import { problemWithCode } from '@/lib/errors'
import { currentOutage, withRedis } from '@/lib/process/current-outage'
import { dropMemoized } from '@/lib/process/memoize-for'
import { useServices } from '../../support/services'

const services = useServices()

test('a failure that does not say why is put down to what is not responding at the time', async () => {
  expect(await currentOutage()).toBeNull()

  services.upstash.faults.set({ reset: 'before' })
  dropMemoized()
  expect(await currentOutage()).toMatchObject({ title: 'Redis is not responding', status: 503 })

  services.clerk.faults.add({ status: 503 })
  dropMemoized()
  expect((await currentOutage())?.title).toBe('Clerk and Redis are not responding')
})

test('a page that Clerk did not answer names Redis too where that is not responding either', async () => {
  const ofClerk = problemWithCode('clerk_unavailable')
  dropMemoized()
  expect(await withRedis(ofClerk)).toEqual(ofClerk)

  services.upstash.faults.set({ reset: 'before' })
  dropMemoized()
  expect(await withRedis(ofClerk)).toMatchObject({ title: 'Clerk and Redis are not responding', status: 503 })
  const busy = problemWithCode('clerk_rate_limited')
  expect(await withRedis(busy)).toEqual(busy)
})
