import { expect, test } from 'vitest'
import { latestComparison } from '@/app/_home/compare'
import { invalidateUserCache } from '@/lib/cache/clerk-cache-utils'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

const services = useServices()

test('the comparison on the home page does not show an expert who is banned', async () => {
  services.clerk.updateUser(people.expert, { banned: true })
  await invalidateUserCache(people.expert)
  const shown = (await latestComparison())?.users.map(({ id }) => id) ?? []
  expect(shown.length).toBeGreaterThan(0)
  expect(shown).not.toContain(people.expert)
})
