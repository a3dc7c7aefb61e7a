type Kind = 'user-read' | 'token-read' | 'user-write' | 'organization' | 'session' | 'webhook' | 'api-request'

/** `replacement` is null where the kit has none yet. */
export interface Advice {
  kind: Kind
  replacement: string | null
}

/** The keys of an object in the code; undefined if they are not known. */
export type Keys = readonly string[] | undefined

const READS: Record<string, Advice> = {
  'users.getUser': { kind: 'user-read', replacement: 'getCachedUserById(userId)' },
  'users.getCount': { kind: 'user-read', replacement: null },
  'users.getUserOauthAccessToken': {
    kind: 'token-read',
    replacement: 'getCachedOAuthToken(userId, provider) or withOAuthToken(userId, provider, use)',
  },
  'emailAddresses.getEmailAddress': { kind: 'user-read', replacement: null },
  'phoneNumbers.getPhoneNumber': { kind: 'user-read', replacement: null },
  'sessions.getSession': { kind: 'session', replacement: null },
  'sessions.getSessionList': { kind: 'session', replacement: null },
}

export const CURRENT_USER: Advice = { kind: 'user-read', replacement: 'getCurrentUser() of the part roles' }
export const WEBHOOK: Advice = {
  kind: 'webhook',
  replacement: 'await handleClerkEvent(event) after the verification',
}

const PRIVATE = 'getCachedPrivateMetadata(userId)'

/** The advice about a call that reads one user, if it is read for its private metadata. */
export function withPrivate<A extends Advice>(advice: A, read: 'only' | 'too' | undefined): A {
  if (!read || advice.kind !== 'user-read' || advice.replacement === null) return advice
  return {
    ...advice,
    replacement: read === 'only' ? PRIVATE : `${advice.replacement}, ${PRIVATE} for privateMetadata`,
  }
}

/** Reads of organizations and memberships. Of a membership list, the filter decides. */
const ORGANIZATIONS: Record<string, string> = {
  'organizations.getOrganization': 'getCachedOrganization(id) or getCachedOrganization({ slug })',
  'users.getOrganizationMembershipList': 'getCachedMembershipsOfUser(userId)',
}

function replacementOfMembers(keys: Keys): string | null {
  const rest = keys?.filter((key) => key !== 'organizationId' && !PAGING.includes(key))
  if (!rest || (rest.length === 1 && rest[0] === 'userId'))
    return 'findMembership(of) or getCachedMembersOfOrganization(organizationId)'
  return rest.length === 0 ? 'getCachedMembersOfOrganization(organizationId)' : null
}

/** A list by IDs alone. Organizations do not have the number of members that a list can include. */
function replacementOfOrganizations(keys: Keys): string | null {
  const rest = keys?.filter((key) => !PAGING.includes(key))
  return rest?.length === 1 && rest[0] === 'organizationId' ? 'getCachedOrganizationsByIds(ids)' : null
}

/** Filters of getUserList, and what replaces a list by that filter alone. */
const FILTERS: Record<string, string | null> = {
  userId: 'getCachedUsersByIds(ids)',
  username: 'getCachedUserByUsername(name)',
  emailAddress: 'getCachedUserByEmail(address)',
  externalId: 'getCachedUserByExternalId(id)',
}
const PAGING = ['limit', 'offset', 'orderBy', 'order_by']

/** What is not a write: `getUser`, `verifyPassword`. */
const READING = /^(get|verify)/
const WRITE_USER = 'writeUser(userId, () => …)'

/** What to do about a call of `client.<api>.<method>`; undefined if the call may stay as it is. */
export function adviceFor(call: string, keysOf: (argument: number) => Keys): Advice | undefined {
  const [api = '', method = ''] = call.split('.')
  if (call === 'users.getUserList') return { kind: 'user-read', replacement: replacementOfList(keysOf(0)) }
  if (call === 'organizations.getOrganizationMembershipList')
    return { kind: 'organization', replacement: replacementOfMembers(keysOf(0)) }
  if (call === 'organizations.getOrganizationList')
    return { kind: 'organization', replacement: replacementOfOrganizations(keysOf(0)) }
  if (/^getOrganization|^getInstanceOrganization/.test(method))
    return { kind: 'organization', replacement: ORGANIZATIONS[call] ?? null }
  if (api === 'users' && !READING.test(method))
    return { kind: 'user-write', replacement: replacementOfWrite(method, keysOf(1)) }
  if (/^(emailAddresses|phoneNumbers)$/.test(api) && !READING.test(method))
    return { kind: 'user-write', replacement: WRITE_USER }
  return Object.hasOwn(READS, call) ? READS[call] : undefined
}

function replacementOfList(keys: Keys): string | null {
  if (!keys) return `by its filter: ${Object.values(FILTERS).join(', ')}`
  const [filter, ...more] = keys.filter((key) => !PAGING.includes(key))
  return filter === undefined || more.length > 0 ? null : (FILTERS[filter] ?? null)
}

function replacementOfWrite(method: string, keys: Keys): string {
  const only = (...names: string[]) => keys?.every((key) => names.includes(key)) ?? false
  // A name can be cached as "no user has it".
  if (method === 'createUser') return 'await invalidateUserCache(user.id) after it'
  if (method === 'updateUser' && only('firstName', 'lastName', 'username'))
    return 'updateUserProfile(userId, …)'
  if (method === 'updateUserMetadata' && only('publicMetadata', 'unsafeMetadata'))
    return 'updateUserMetadata(userId, …) of the part user-writes'
  return WRITE_USER
}

function replacementOfOrganizationRequest(path: string): string | null {
  if (/^\/users\/[^/]+\/organization_memberships(\?|$)/.test(path))
    return ORGANIZATIONS['users.getOrganizationMembershipList'] ?? null
  if (/^\/organizations\/[^/?]+(\?|$)/.test(path))
    return ORGANIZATIONS['organizations.getOrganization'] ?? null
  return /^\/organizations\/[^/?]+\/memberships(\?|$)/.test(path) ? replacementOfMembers(undefined) : null
}

/** The same for a request to the Backend API. `path` begins after `/v1`, and has `*` for what is not known. */
export function adviceForRequest(method: string, path: string): Advice | undefined {
  const isRead = method === 'GET'
  if (/^\/users\/[^/]+\/oauth_access_tokens/.test(path)) return READS['users.getUserOauthAccessToken']
  if (/^\/users\/[^/]+\/organization_/.test(path) || /^\/organization(s|_)/.test(path))
    return isRead ? { kind: 'organization', replacement: replacementOfOrganizationRequest(path) } : undefined
  if (/^\/(users|email_addresses|phone_numbers)\b/.test(path)) {
    if (!isRead) return { kind: 'user-write', replacement: 'writeUser(userId, (send) => …)' }
    if (/^\/users\/[^/?]+$/.test(path)) return READS['users.getUser']
    const filter = /[?&](user_id|username|email_address|external_id)=/.exec(path)?.[1] ?? ''
    const name = filter.replace(/_(\w)/, (_, letter: string) => letter.toUpperCase())
    return { kind: 'user-read', replacement: FILTERS[name] ?? null }
  }
  if (/^\/sessions\b/.test(path)) return isRead ? { kind: 'session', replacement: null } : undefined
  if (/^\/?\*/.test(path) || path === '')
    return {
      kind: 'api-request',
      replacement: "the kit's function for what it reads, writeUser for what it writes",
    }
  return undefined
}
