import { describe, expect, test, vi } from 'vitest'
import { getCachedUserByUsername } from '@/lib/cache/clerk-cache'
import { getCachedOrganization } from '@/lib/cache/organization-cache'
import { redis } from '@/lib/config'
import { withPriority } from '@/lib/lookup/priority'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'

const LIMIT = 20
const services = useServices({ performanceClock: true, env: { CLERK_RATE_LIMIT: String(LIMIT) } })

let names = 0
/** Visitors who ask for names that nobody has. The names of the outcomes. */
async function ask(count: number): Promise<string[]> {
  const asked = Array.from({ length: count }, () => getCachedUserByUsername(`nobody-${++names}`))
  return (await Promise.allSettled(asked)).map(({ status }) => status)
}
const asVisitor = <R>(work: () => R) => withPriority('normal', work)
const keys = () => redis().run('dbsize', (client) => client.dbsize())

describe('names that visitors make up', () => {
  test('cost Redis one read each and no key, once Clerk’s limit is used up', async () => {
    await asVisitor(() => ask(LIMIT))
    const before = await keys()
    services.upstash.resetCounts()
    for (let i = 0; i < 30; i++) expect(await asVisitor(() => ask(1))).toEqual(['rejected'])
    expect(services.upstash.counts().byCommand).toEqual({ mget: 30 })
    expect(await keys()).toBe(before)
  })

  test('cost no more as slugs of organizations', async () => {
    await asVisitor(() => ask(LIMIT))
    const before = await keys()
    services.upstash.resetCounts()
    const readSlug = () => asVisitor(() => getCachedOrganization({ slug: `nobody-${++names}` }))
    for (let i = 0; i < 30; i++)
      await expect(readSlug()).rejects.toMatchObject({ code: 'clerk_rate_limited' })
    expect(services.upstash.counts().byCommand).toEqual({ mget: 30 })
    expect(await keys()).toBe(before)
  })

  test('keep nobody who is cached or signed in from being answered', async () => {
    const cached = await getCachedUserByUsername('amara-okafor')
    await asVisitor(() => ask(LIMIT))
    expect(await asVisitor(() => getCachedUserByUsername('amara-okafor'))).toEqual(cached)
    expect((await getCachedUserByUsername('mia-moreau'))?.id).toBe(people.member)
    await expect(asVisitor(() => getCachedUserByUsername('ada-lindgren'))).rejects.toMatchObject({
      clerkCodes: ['over_budget', 'normal'],
    })
  })

  test('are loaded again when there is room', async () => {
    await asVisitor(() => ask(LIMIT))
    await redis().run('del', (client) => client.del('ck:clerk-budget'))
    expect(await asVisitor(() => ask(1))).toEqual(['rejected'])
    // For so long a process that was refused does not ask whether there is.
    vi.advanceTimersByTime(1001)
    expect(await asVisitor(() => ask(1))).toEqual(['fulfilled'])
  })
})
