import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { beforeEach, expect, test, vi } from 'vitest'
import { latestComparison } from '@/app/_home/compare'
import { LiveComparison } from '@/app/_home/comparison'
import { invalidateUserCache } from '@/lib/cache/clerk-cache-utils'
import { dropMemoized } from '@/lib/process/memoize-for'
import { useServices } from '../../support/services'

// Outside Next there is no request to wait for.
vi.mock('next/server', () => ({ connection: async () => {} }))

const services = useServices()
beforeEach(dropMemoized)

const markup = async () => renderToStaticMarkup(createElement('div', null, await LiveComparison()))

async function idsShown() {
  const found = await latestComparison()
  return found && 'users' in found ? found.users.map(({ id }) => id) : []
}

test('the comparison counts as many experts as the experts page has', async () => {
  const { clerk } = services
  for (const username of ['one-more', 'another', 'yet-another'])
    clerk.createUser({ emails: [`${username}@example.com`], username, publicMetadata: { role: 'expert' } })
  const experts = clerk.users().filter(({ publicMetadata }) => publicMetadata.role === 'expert')
  expect(experts.length).toBeGreaterThan(13)
  const page = await markup()
  expect(page.replaceAll('<!-- -->', '')).toContain(`>${experts.length} experts, read by this server at`)
})

test('the comparison on the home page neither reads nor shows an expert who is banned', async () => {
  const [first = ''] = await idsShown()
  const before = await latestComparison()
  services.clerk.updateUser(first, { banned: true })
  await invalidateUserCache(first)
  dropMemoized()
  const shown = await idsShown()
  expect(shown.length).toBeGreaterThan(0)
  expect(shown).not.toContain(first)
  const count = before && 'count' in before ? before.count - 1 : 0
  expect(await latestComparison()).toMatchObject({ count })
})

test.each([
  ['banned', (id: string) => services.clerk.updateUser(id, { banned: true })],
  ['deleted', (id: string) => services.clerk.deleteUser(id)],
])('nor one who is %s after the comparison, which lasts a minute', async (_, change) => {
  const [first = ''] = await idsShown()
  change(first)
  await invalidateUserCache(first)
  const shown = await idsShown()
  expect(shown.length).toBeGreaterThan(0)
  expect(shown).not.toContain(first)
})

test('a view of home reads no more users than it shows', async () => {
  const found = await latestComparison()
  if (!found || !('users' in found)) throw new Error('There is no comparison')
  expect(found.count).toBeGreaterThan(8)
  expect(found.users).toHaveLength(8)
})

test('views ask Clerk for nobody while Redis is out and a comparison is held, which stays without pictures', async () => {
  const before = await latestComparison()
  services.upstash.faults.set({ reset: 'before' })
  services.clerk.resetRequests()
  const views = []
  for (let view = 0; view < 5; view++) views.push(await latestComparison())
  expect(services.clerk.requests().total).toBe(0)
  expect(views).toEqual(Array(5).fill({ ...before, users: [] }))
  expect(await markup()).not.toContain('+')
})

test('without Redis or Clerk there is no comparison, and the page says which of them is not responding, and leads to itself again', async () => {
  services.upstash.faults.set({ reset: 'before' })
  const withoutRedis = await markup()
  expect(withoutRedis).toContain('Redis is not responding')
  expect(withoutRedis).toContain('Try again</a>')

  dropMemoized()
  services.clerk.faults.add({ status: 503 })
  const withoutBoth = await markup()
  expect(withoutBoth).toContain('Clerk and Redis are not responding')
  expect(withoutBoth).toContain('Try again</a>')
})

test('without experts the page says what the comparison needs', async () => {
  for (const { id } of services.clerk.users()) services.clerk.updateUser(id, { publicMetadata: {} })
  const page = await markup()
  expect(page).toContain('The comparison needs users with the role <code>expert</code>')
  expect(page).not.toContain('Try again')
})
