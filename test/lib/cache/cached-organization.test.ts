import { expect, test } from 'vitest'
import {
  isCachedMembership,
  isCachedOrganization,
  toCachedMembership,
  toCachedOrganization,
} from '@/lib/cache/cached-organization'

const json = { id: 'org_1', created_at: 1, updated_at: 2 }
const membership = { ...json, id: 'orgmem_1', role: 'org:admin' }
const ids = { organizationId: 'org_1', userId: 'user_1' }

test.each([8.64e15 + 1, 1e300])('an organization has no time that cannot be a date: %s', (at) => {
  const organization = toCachedOrganization({ ...json, created_at: at })
  expect(organization).toMatchObject({ createdAt: 0, updatedAt: 2 })
  expect(isCachedOrganization(organization)).toBe(true)
  expect(isCachedOrganization({ ...organization, updatedAt: at })).toBe(false)
})

test.each([8.64e15 + 1, 1e300])('a membership has no time that cannot be a date: %s', (at) => {
  const found = toCachedMembership({ ...membership, created_at: at }, ids)
  expect(found).toMatchObject({ createdAt: 0, updatedAt: 2 })
  expect(isCachedMembership(found)).toBe(true)
  expect(isCachedMembership({ ...found, updatedAt: at })).toBe(false)
})
