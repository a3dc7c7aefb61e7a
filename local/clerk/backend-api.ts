import { ClerkError, invalidParam, notFound, unknownParam } from './errors'
import { sessionJson, userJson } from './json'
import type { Keys } from './keys'
import type { OAuthTokens } from './oauth-tokens'
import type { Metadata, State, User, UserPatch } from './state'
import { filterUsers, pageOfUsers, paginate } from './user-query'

export interface BackendRequest {
  params: Record<string, string>
  query: URLSearchParams
  body: Record<string, unknown>
}

/** One operation of the Backend API; `path` is the template of Clerk's specification. */
export interface Endpoint {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  answer: (request: BackendRequest) => unknown
}

const METADATA = ['public_metadata', 'private_metadata', 'unsafe_metadata'] as const
const PROFILE = ['first_name', 'last_name', 'username', 'external_id']
const IGNORED = [
  'locale',
  'skip_password_checks',
  'skip_password_requirement',
  'skip_legal_checks',
  'password',
]
const METADATA_BYTES = 8192

interface Parts {
  state: State
  tokens: OAuthTokens
  keys: Keys
  appUrl: string
  url: string
}

export function backendEndpoints({ state, tokens, keys, appUrl, url }: Parts): Endpoint[] {
  const json = (user: User) => userJson(user, url)
  const deleted = (object: string, id: string) => ({ object, id, deleted: true })
  const listed = (items: unknown[], query: URLSearchParams) => {
    const data = paginate(items, query)
    return query.get('paginated') === 'true' ? { data, total_count: items.length } : data
  }

  return [
    {
      method: 'GET',
      path: '/users',
      answer: ({ query }) => pageOfUsers(filterUsers(state.users.values(), query), query).map(json),
    },
    {
      method: 'POST',
      path: '/users',
      answer: ({ body }) => {
        allow(body, [...PROFILE, ...METADATA, ...IGNORED, 'email_address', 'created_at', 'banned'])
        const emails = body.email_address ?? []
        if (!Array.isArray(emails) || !emails.every((email) => typeof email === 'string'))
          throw invalidParam(
            'email_address',
            '`email_address` must be a `string array`.',
            'form_param_type_invalid',
          )
        const createdAt = typeof body.created_at === 'string' ? Date.parse(body.created_at) : undefined
        if (Number.isNaN(createdAt)) throw invalidParam('created_at')
        return json(
          state.createUser({
            ...profileIn(body),
            ...metadataIn(body, (value) => merge({}, value)),
            banned: body.banned === true,
            emails,
            ...(createdAt === undefined ? {} : { createdAt }),
          }),
        )
      },
    },
    {
      method: 'GET',
      path: '/users/count',
      answer: ({ query }) => ({
        object: 'total_count',
        total_count: filterUsers(state.users.values(), query).length,
      }),
    },
    { method: 'GET', path: '/users/{user_id}', answer: ({ params }) => json(state.user(id(params.user_id))) },
    {
      method: 'PATCH',
      path: '/users/{user_id}',
      answer: ({ params, body }) => {
        allow(body, [...PROFILE, ...IGNORED, 'primary_email_address_id'])
        const user = state.user(id(params.user_id))
        const patch = profileIn(body)
        if (body.primary_email_address_id !== undefined) {
          const email = user.emails.find((known) => known.id === body.primary_email_address_id)
          if (!email) throw notFound('email address', String(body.primary_email_address_id))
          patch.primaryEmail = email.address
        }
        return json(state.updateUser(user.id, patch))
      },
    },
    {
      method: 'DELETE',
      path: '/users/{user_id}',
      answer: ({ params }) => deleted('user', state.deleteUser(id(params.user_id)).id),
    },
    {
      method: 'PATCH',
      path: '/users/{user_id}/metadata',
      answer: ({ params, body }) => {
        allow(body, METADATA)
        const user = state.user(id(params.user_id))
        const patch = metadataIn(body, (value, field) => merge(user[field], value))
        return json(state.updateUser(user.id, patch))
      },
    },
    {
      method: 'PUT',
      path: '/users/{user_id}/metadata',
      answer: ({ params, body }) => {
        allow(body, METADATA)
        return json(
          state.updateUser(
            id(params.user_id),
            metadataIn(body, (value) => value),
          ),
        )
      },
    },
    {
      method: 'GET',
      path: '/users/{user_id}/oauth_access_tokens/{provider}',
      answer: ({ params, query }) => {
        const user = state.user(id(params.user_id))
        const given = id(params.provider)
        const provider = given.startsWith('oauth_') ? given : `oauth_${given}`
        if (provider !== 'oauth_google') throw providerNotEnabled(provider)
        const items = user.accounts
          .filter((account) => account.provider === provider)
          .map((account) => {
            const { token, scopes, expiresAt } = tokens.current(user.id, account)
            return {
              object: 'oauth_access_token',
              external_account_id: account.id,
              provider_user_id: account.providerUserId,
              token,
              expires_at: expiresAt,
              provider,
              public_metadata: {},
              label: null,
              scopes,
            }
          })
        return listed(items, query)
      },
    },
    {
      method: 'DELETE',
      path: '/users/{user_id}/external_accounts/{external_account_id}',
      answer: ({ params }) =>
        deleted('external_account', state.disconnect(id(params.user_id), id(params.external_account_id)).id),
    },
    {
      method: 'GET',
      path: '/sessions',
      answer: ({ query }) => {
        const wanted = {
          userId: query.get('user_id'),
          clientId: query.get('client_id'),
          status: query.get('status'),
        }
        const found = [...state.sessions.keys()]
          .map(state.session)
          .filter(
            (session) =>
              (wanted.userId === null || session.userId === wanted.userId) &&
              (wanted.clientId === null || session.clientId === wanted.clientId) &&
              (wanted.status === null || session.status === wanted.status),
          )
          .reverse()
        return listed(found.map(sessionJson), query)
      },
    },
    {
      method: 'POST',
      path: '/sessions',
      answer: ({ body }) => {
        allow(body, ['user_id', 'active_organization_id'])
        if (typeof body.user_id !== 'string')
          throw new ClerkError(422, 'form_param_missing', 'is missing', {
            longMessage: 'user_id must be included.',
            param: 'user_id',
          })
        return sessionJson(state.signIn(body.user_id).session)
      },
    },
    {
      method: 'GET',
      path: '/sessions/{session_id}',
      answer: ({ params }) => sessionJson(state.session(id(params.session_id))),
    },
    {
      method: 'POST',
      path: '/sessions/{session_id}/revoke',
      answer: ({ params }) => sessionJson(state.endSession(id(params.session_id), 'revoked')),
    },
    {
      method: 'POST',
      path: '/sessions/{session_id}/tokens',
      answer: async ({ params, body }) => {
        allow(body, ['expires_in_seconds'])
        const session = state.session(id(params.session_id))
        if (session.status !== 'active') throw notFound('active session', session.id)
        const lifetime = typeof body.expires_in_seconds === 'number' ? body.expires_in_seconds : undefined
        return { object: 'token', jwt: await keys.sign(session, appUrl, state.now(), lifetime) }
      },
    },
    { method: 'GET', path: '/jwks', answer: () => keys.jwks },
    {
      method: 'GET',
      path: '/instance',
      answer: () => ({
        object: 'instance',
        id: 'ins_localStandIn',
        environment_type: 'production',
        allowed_origins: [appUrl],
        workspace_id: null,
      }),
    },
  ]
}

const id = (param: string | undefined): string => {
  if (!param) throw notFound('resource', '')
  return param
}

const providerNotEnabled = (provider: string) =>
  ['oauth_github', 'oauth_microsoft', 'oauth_slack', 'oauth_notion'].includes(provider)
    ? new ClerkError(404, 'oauth_token_provider_not_enabled', 'OAuth provider not enabled', {
        longMessage: 'Single-sign on for this OAuth provider is not enabled in the instance settings.',
      })
    : new ClerkError(400, 'oauth_unsupported_provider', `${provider} OAuth is not supported.`)

function allow(body: Record<string, unknown>, known: readonly string[]) {
  for (const param of Object.keys(body)) if (!known.includes(param)) throw unknownParam(param)
}

function profileIn(body: Record<string, unknown>): UserPatch {
  const text = (param: string) => {
    const value = body[param]
    if (value !== null && typeof value !== 'string')
      throw invalidParam(param, `\`${param}\` must be a \`string\`.`, 'form_param_type_invalid')
    return value === '' ? null : value
  }
  return {
    ...('first_name' in body && { firstName: text('first_name') }),
    ...('last_name' in body && { lastName: text('last_name') }),
    ...('username' in body && { username: text('username') }),
    ...('external_id' in body && { externalId: text('external_id') }),
  }
}

type MetadataField = 'publicMetadata' | 'privateMetadata' | 'unsafeMetadata'

function metadataIn(
  body: Record<string, unknown>,
  combine: (value: Metadata, field: MetadataField) => Metadata,
): Partial<Record<MetadataField, Metadata>> {
  const read = (param: (typeof METADATA)[number], field: MetadataField) => {
    if (body[param] === undefined) return {}
    const value = body[param] ?? {}
    if (!isObject(value))
      throw invalidParam(param, `\`${param}\` must be a \`object\`.`, 'form_param_type_invalid')
    const combined = combine(value, field)
    if (Buffer.byteLength(JSON.stringify(combined)) > METADATA_BYTES)
      throw invalidParam(
        param,
        `${param} exceeds the maximum allowed size of 8 KB`,
        'form_param_exceeds_allowed_size',
      )
    return { [field]: combined }
  }
  return {
    ...read('public_metadata', 'publicMetadata'),
    ...read('private_metadata', 'privateMetadata'),
    ...read('unsafe_metadata', 'unsafeMetadata'),
  }
}

const isObject = (value: unknown): value is Metadata =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Deep merge in which null deletes. `Object.fromEntries` keeps a key named `__proto__` an ordinary one. */
function merge(base: Metadata, patch: Metadata): Metadata {
  const merged = new Map(Object.entries(base))
  for (const [key, value] of Object.entries(patch)) {
    const before = merged.get(key)
    if (value === null) merged.delete(key)
    else merged.set(key, isObject(value) ? merge(isObject(before) ? before : {}, value) : value)
  }
  return Object.fromEntries(merged)
}
