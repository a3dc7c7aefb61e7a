import { expect, test } from 'vitest'
import { latestComparison } from '@/app/_home/compare'
import { invalidateUserCache } from '@/lib/cache/clerk-cache-utils'
import { dropMemoized } from '@/lib/process/memoize-for'
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

test.each([
  ['banned', () => services.clerk.updateUser(people.expert, { banned: true })],
  ['deleted', () => services.clerk.deleteUser(people.expert)],
])('nor one who is %s after the comparison, which lasts a minute', async (_, change) => {
  services.clerk.updateUser(people.expert, { banned: false })
  await invalidateUserCache(people.expert)
  const idsShown = async () => (await latestComparison())?.users.map(({ id }) => id)
  dropMemoized()
  expect(await idsShown()).toContain(people.expert)
  change()
  await invalidateUserCache(people.expert)
  expect(await idsShown()).not.toContain(people.expert)
})
