import { beforeEach, describe, expect, test, vi } from 'vitest'
import { getCachedUserById, getCachedUserByUsername } from '@/lib/cache/clerk-cache'
import { withPriority } from '@/lib/lookup/priority'
import { requireOrganizationMember } from '@/lib/organizations/roles.server'
import { people } from '../../../local/seed'
import { useServices } from '../../support/services'
import { sessionOf } from '../../support/session'

const LIMIT = 100
const services = useServices({
  performanceClock: true,
  env: { CLERK_RATE_LIMIT: String(LIMIT), LOG_LEVEL: 'silent' },
})
let signedIn: string = people.member
vi.mock('next/server', () => ({ after: () => undefined }))
vi.mock('@clerk/nextjs/server', () => ({ auth: async () => sessionOf(signedIn) }))

let made = 0
const codeOf = (organizationId: string): Promise<unknown> =>
  requireOrganizationMember(organizationId).then(
    () => 'admitted',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  )
const guesses = (count: number) =>
  Promise.all(Array.from({ length: count }, () => codeOf(`org_made_up_${++made}`)))
/** Uses up the half of Clerk's limit that visitors may use. */
const asVisitors = () =>
  withPriority('normal', () =>
    Promise.all(Array.from({ length: LIMIT / 2 }, () => getCachedUserByUsername(`stranger-${++made}`))),
  )

describe('a signed-in user who makes up IDs of organizations', () => {
  beforeEach(async () => {
    // Loaded before the limit is used up.
    for (const userId of [people.member, people.expert]) await getCachedUserById(userId)
  })

  test('gets no more of the limit of Clerk than visitors from the 21st on, and others do', async () => {
    signedIn = people.member
    await asVisitors()
    expect(await guesses(20)).toEqual(Array(20).fill('forbidden'))
    expect(await guesses(5)).toEqual(Array(5).fill('clerk_rate_limited'))
    signedIn = people.expert
    expect(await guesses(1)).toEqual(['forbidden'])
  })

  test('is admitted to an own organization as often as asked', async () => {
    signedIn = people.expert
    const { id } = services.clerk.organizations.create({ name: 'Own', slug: 'own', createdBy: people.expert })
    for (let i = 0; i < 30; i++) expect(await codeOf(id)).toBe('admitted')
    await asVisitors()
    expect(await guesses(1)).toEqual(['forbidden'])
  })
})
