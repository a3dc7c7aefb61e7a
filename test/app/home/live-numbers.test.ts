import { renderToStaticMarkup } from 'react-dom/server'
import { beforeAll, expect, test, vi } from 'vitest'
import { LiveNumbers } from '@/app/_home/live-numbers'
import { getCachedUserById } from '@/lib/cache/clerk-cache'
import { dropMemoized } from '@/lib/process/memoize-for'
import { startTelemetry } from '@/lib/telemetry/start'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

// Outside Next there is no request to wait for.
vi.mock('next/server', () => ({ connection: async () => {} }))

const services = useServices({ keep: true })
beforeAll(startTelemetry)

const words = async () => renderToStaticMarkup(await LiveNumbers()).replace(/<[^>]+>/g, ' ')

test('the requests of the comparison are counted, also those that Clerk did not answer', async () => {
  services.clerk.faults.add({ status: 503 })
  const shown = await words()
  services.clerk.faults.clear()
  expect(shown).toMatch(/Requests sent to Clerk\s+[1-9]/)
  expect(shown).toContain('Fewer than 20 reads so far.')
  expect(shown, 'a percentage of fewer than 20 reads').not.toContain('%')
})

test('20 reads are enough for a percentage', async () => {
  dropMemoized()
  for (let i = 0; i < 100; i++) await getCachedUserById(people.member)
  expect(await words()).toMatch(/\d%\s+of reads served from the cache/)
})
