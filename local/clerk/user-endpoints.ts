import { allow, METADATA, merge, metadataIn, profileIn } from './body'
import { type Endpoint, id, listed, type Parts } from './endpoint'
import { ClerkError, invalidParam, notFound } from './errors'
import { userJson } from './json'
import { offeredProvider } from './providers'
import type { User } from './records'
import { filterUsers, pageOfUsers } from './user-query'

const PROFILE = ['first_name', 'last_name', 'username', 'external_id']
const IGNORED = [
  'locale',
  'skip_password_checks',
  'skip_password_requirement',
  'skip_legal_checks',
  'password',
]

export function userEndpoints({ state, tokens, url }: Parts): Endpoint[] {
  const json = (user: User) => userJson(user, url)
  const deleted = (object: string, id: string) => ({ object, id, deleted: true })

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
        const items = user.accounts
          .filter((account) => account.provider === provider)
          .map((account) => {
            const { token, scopes, expiresAt } = tokens.current(user.id, account)
            return {
              object: 'oauth_access_token',
              external_account_id: account.id,
              provider_user_id: account.providerUserId,
              token,
              expires_at: Number.isFinite(expiresAt) ? expiresAt : null,
              provider,
              public_metadata: {},
              label: null,
              scopes,
            }
          })
        // One that a test has connected is enabled, as if Clerk's dashboard said so.
        if (items.length === 0 && !offeredProvider(provider)) throw providerNotEnabled(provider)
        return listed(items, query)
      },
    },
    {
      method: 'DELETE',
      path: '/users/{user_id}/external_accounts/{external_account_id}',
      answer: ({ params }) =>
        deleted('external_account', state.disconnect(id(params.user_id), id(params.external_account_id)).id),
    },
  ]
}

const providerNotEnabled = (provider: string) =>
  ['oauth_discord', 'oauth_facebook', 'oauth_gitlab', 'oauth_spotify'].includes(provider)
    ? new ClerkError(404, 'oauth_token_provider_not_enabled', 'OAuth provider not enabled', {
        longMessage: 'Single-sign on for this OAuth provider is not enabled in the instance settings.',
      })
    : new ClerkError(400, 'oauth_unsupported_provider', `${provider} OAuth is not supported.`)
