import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ClerkStandIn, startClerk } from '../../../local/clerk/server'
import { people, seed } from '../../../local/seed'
import { extractOf, faultsOf, isFull, specifies } from './specification'

interface Probe {
  path?: () => string
  body?: unknown
  status?: number
  /** Sends no secret key. */
  anonymous?: true
  paginated?: true
}

let clerk: ClerkStandIn
let sessionId = ''
let deletable = ''
let accountId = ''
let organizationId = ''

beforeAll(async () => {
  clerk = await startClerk({ appUrl: 'http://localhost:3000', seed })
  sessionId = (await clerk.issueSession(people.member)).sessionId
  deletable = clerk.createUser({ emails: ['deletable@example.com'], externalId: 'deletable' }).id
  organizationId = clerk.organizations.create({ name: 'Probe', createdBy: people.admin }).id
  clerk.organizations.addMember(organizationId, people.expert)
  accountId = clerk.connect(people.expert, { email: 'second@example.com', scopes: ['openid'] }).id
})
afterAll(() => clerk.close())

const unknownUser: Probe = { path: () => '/users/user_unknown', status: 404 }
const unauthenticated: Probe = { anonymous: true, status: 401 }
const member = (rest = '') => `/users/${people.member}${rest}`
const tokens = (userId: string, provider = 'oauth_google') =>
  `/users/${userId}/oauth_access_tokens/${provider}`

const organization = (rest = '') => `/organizations/${organizationId}${rest}`
const unknownOrganization = (rest = ''): Probe => ({
  path: () => `/organizations/org_unknown${rest}`,
  status: 404,
})

/** For every endpoint of the stand-in at least one request, and one for each of its errors. */
const probes: Record<string, Probe[]> = {
  'GET /users': [
    {},
    { path: () => `/users?user_id=${people.member}&user_id=${people.admin}` },
    { path: () => '/users?limit=0', status: 422 },
    unauthenticated,
  ],
  'POST /users': [
    { body: { email_address: ['probe@example.com'], first_name: 'Probe', public_metadata: { a: 1 } } },
    { body: { email_address: ['mia@example.com'] }, status: 422 },
    unauthenticated,
  ],
  'GET /users/count': [{}, { path: () => `/users/count?${'user_id=a&'.repeat(101)}`, status: 422 }],
  'GET /users/{user_id}': [{ path: member }, unknownUser, { ...unauthenticated, path: member }],
  'PATCH /users/{user_id}': [
    { path: member, body: { first_name: 'Mia', last_name: null } },
    { path: member, body: { shoe_size: 43 }, status: 422 },
    unknownUser,
  ],
  'DELETE /users/{user_id}': [{ path: () => `/users/${deletable}` }, unknownUser],
  'PATCH /users/{user_id}/metadata': [
    { path: () => member('/metadata'), body: { public_metadata: { theme: { dark: true } } } },
    { path: () => member('/metadata'), body: { public_metadata: [] }, status: 422 },
  ],
  'PUT /users/{user_id}/metadata': [
    { path: () => member('/metadata'), body: { unsafe_metadata: {} } },
    { path: () => '/users/user_unknown/metadata', body: {}, status: 404 },
  ],
  'GET /users/{user_id}/oauth_access_tokens/{provider}': [
    { path: () => tokens(people.member) },
    { path: () => `${tokens(people.member)}?paginated=true`, paginated: true },
    { path: () => tokens(people.neverConnected) },
    { path: () => tokens(people.needsReconnecting), status: 422 },
    { path: () => tokens(people.member, 'oauth_discord'), status: 404 },
    { path: () => tokens(people.member, 'oauth_line'), status: 400 },
  ],
  'DELETE /users/{user_id}/external_accounts/{external_account_id}': [
    { path: () => `/users/${people.expert}/external_accounts/${accountId}` },
    { path: () => `/users/${people.expert}/external_accounts/eac_unknown`, status: 404 },
  ],
  'GET /sessions': [
    { path: () => `/sessions?user_id=${people.member}` },
    { path: () => '/sessions?paginated=true', paginated: true },
    unauthenticated,
  ],
  'POST /sessions': [
    { body: { user_id: people.admin } },
    { body: {}, status: 422 },
    { body: { user_id: 'user_unknown' }, status: 404 },
  ],
  'GET /sessions/{session_id}': [
    { path: () => `/sessions/${sessionId}` },
    { path: () => '/sessions/sess_unknown', status: 404 },
  ],
  'POST /sessions/{session_id}/tokens': [{ path: () => `/sessions/${sessionId}/tokens` }],
  'POST /sessions/{session_id}/revoke': [{ path: () => `/sessions/${sessionId}/revoke` }],
  'GET /organizations': [
    {},
    { path: () => `/organizations?organization_id=${organizationId}&user_id=${people.admin}` },
    { path: () => '/organizations?limit=0', status: 422 },
  ],
  'POST /organizations': [
    { body: { name: 'Probe Two', created_by: people.admin } },
    { body: { name: 'Probe Three', created_by: people.admin, slug: 'Not a slug' }, status: 422 },
  ],
  'GET /organizations/{organization_id}': [{ path: organization }, unknownOrganization()],
  'PATCH /organizations/{organization_id}': [
    { path: organization, body: { name: 'Renamed', slug: 'renamed' } },
    { path: organization, body: { public_metadata: {} }, status: 422 },
    { ...unknownOrganization(), body: { name: 'x' } },
  ],
  'GET /organizations/{organization_id}/memberships': [
    { path: () => organization(`/memberships?user_id=${people.admin}&limit=500`) },
    { path: () => organization('/memberships?limit=501'), status: 422 },
    { ...unauthenticated, path: () => organization('/memberships') },
  ],
  'POST /organizations/{organization_id}/memberships': [
    { path: () => organization('/memberships'), body: { user_id: people.member, role: 'org:member' } },
    { path: () => organization('/memberships'), body: { user_id: people.member }, status: 422 },
    { ...unknownOrganization('/memberships'), body: { user_id: people.member, role: 'org:member' } },
  ],
  'PATCH /organizations/{organization_id}/memberships/{user_id}': [
    { path: () => organization(`/memberships/${people.expert}`), body: { role: 'org:admin' } },
    { path: () => organization('/memberships/user_unknown'), body: { role: 'org:admin' }, status: 404 },
  ],
  'DELETE /organizations/{organization_id}/memberships/{user_id}': [
    { path: () => organization(`/memberships/${people.expert}`) },
    { path: () => organization(`/memberships/${people.expert}`), status: 404 },
  ],
  'GET /users/{user_id}/organization_memberships': [{ path: () => member('/organization_memberships') }],
  'DELETE /organizations/{organization_id}': [{ path: organization }, unknownOrganization()],
  'GET /jwks': [{}],
  'GET /instance': [{}],
}

it('has a probe for every endpoint of the stand-in', () => {
  const endpoints = clerk.endpoints.map(({ method, path }) => `${method} ${path}`)
  expect(Object.keys(probes).toSorted()).toEqual(endpoints.toSorted())
})

it.each(Object.keys(probes))('%s answers as specified', async (name) => {
  const [method = '', path = ''] = name.split(' ')
  expect(specifies(method, path), 'in the specification').toBe(true)
  for (const { path: place = () => path, body, status = 200, anonymous, paginated } of probes[name] ?? []) {
    const response = await fetch(`${clerk.url}/v1${place()}`, {
      method,
      headers: anonymous ? {} : { authorization: `Bearer ${clerk.secretKey}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer: unknown = await response.json()
    expect(response.status, place()).toBe(status)
    expect(faultsOf(method, path, status, answer, paginated), place()).toEqual([])
    if (paginated) expect(answer).toMatchObject({ total_count: expect.any(Number) })
  }
})

it('a user with phone numbers, wallets and settings is as specified', async () => {
  const settings = { totpEnabled: true, createOrganizationsLimit: 3, legalAcceptedAt: 1, locale: 'de' }
  const { id } = clerk.createUser({ emails: [], phones: ['+491'], wallets: ['0x1'], settings })
  const headers = { authorization: `Bearer ${clerk.secretKey}` }
  const answer: unknown = await (await fetch(`${clerk.url}/v1/users/${id}`, { headers })).json()
  expect(faultsOf('GET', '/users/{user_id}', 200, answer)).toEqual([])
  expect(answer).toMatchObject({ phone_numbers: [{ phone_number: '+491' }], two_factor_enabled: true })
})

// `vitest -u` updates the extract if the whole specification is there.
it.runIf(isFull)('is committed as an extract that is up to date', async () => {
  const extract = `${JSON.stringify(extractOf(clerk.endpoints), null, 1)}\n`
  await expect(extract).toMatchFileSnapshot('./bapi-extract.json')
})
