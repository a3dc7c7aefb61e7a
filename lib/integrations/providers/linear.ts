import { REFUSED, rateLimited, scopesMissing } from '../../cache/tokens/judgement'
import { record, records, text } from '../../clerk/json'
import { inclusion } from '../inclusion'
import type { Provider } from '../providers'

/** `write` has its narrower scopes. Every token can read. */
const writing = inclusion({ write: 'issues:create comments:create timeSchedule:write' })

const NEEDED = /^Invalid scope: `([^`]+)` required/

/**
 * Linear. Its GraphQL API answers 200, 400 or 401, and says in `errors` what it means.
 * - Scopes: https://linear.app/developers/oauth-2-0-authentication
 * - Rate limits: https://linear.app/developers/rate-limiting
 * - Errors: https://linear.app/developers/sdk-errors
 * - Icon: simple-icons 15.22.0, CC0
 */
export const linear: Provider = {
  ...{ id: 'linear', name: 'Linear', api: 'https://api.linear.app' },
  probe: { path: '/graphql', body: { query: '{ viewer { id } }' } },
  icon: 'M2.886 4.18A11.982 11.982 0 0 1 11.99 0C18.624 0 24 5.376 24 12.009c0 3.64-1.62 6.903-4.18 9.105L2.887 4.18ZM1.817 5.626l16.556 16.556c-.524.33-1.075.62-1.65.866L.951 7.277c.247-.575.537-1.126.866-1.65ZM.322 9.163l14.515 14.515c-.71.172-1.443.282-2.195.322L0 11.358a12 12 0 0 1 .322-2.195Zm-.17 4.862 9.823 9.824a12.02 12.02 0 0 1-9.824-9.824Z',
  ...{ requiredScopes: ['read'], optionalScopes: ['write'] },
  includes: (granted, required) => required === 'read' || writing(granted, required),
  async judge({ headers, json }) {
    const errors = records(record(await json()).errors)
    const [code] = errors.flatMap(({ extensions }) => text(record(extensions).code) ?? [])
    const [needed] = errors.flatMap(({ message }) => NEEDED.exec(text(message) ?? '')?.[1] ?? [])
    if (code === 'AUTHENTICATION_ERROR') return REFUSED
    if (needed) return scopesMissing([needed])
    if (code !== 'RATELIMITED') return undefined
    return rateLimited((Number(headers.get('x-ratelimit-requests-reset')) - Date.now()) / 1000)
  },
}
