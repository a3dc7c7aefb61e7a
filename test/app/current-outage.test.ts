import { expect, test } from 'vitest'
import { currentOutage } from '@/app/current-outage'
import { dropMemoized } from '@/lib/process/memoize-for'
import { useServices } from '../support/services'

const services = useServices()

test('a failure that does not say why is put down to what is not responding at the time', async () => {
  expect(await currentOutage()).toBeNull()

  services.upstash.faults.set({ reset: 'before' })
  dropMemoized()
  expect(await currentOutage()).toMatchObject({ title: 'Redis is not responding', status: 503 })

  services.clerk.faults.add({ status: 503 })
  dropMemoized()
  expect((await currentOutage())?.title).toBe('Clerk is not responding, and Redis is not responding')
})
