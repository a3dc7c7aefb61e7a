import { scopesMissing } from '../../cache/tokens/judgement'
import { isTexts, record, records } from '../../clerk/json'
import type { Provider } from '../providers'

/** The scopes that an error names, of which one is enough. HubSpot has three names for them. */
const scopesIn = (context: unknown): string[] => {
  const { requiredGranularScopes, requiredScopes, missingScopes } = record(context)
  return [requiredGranularScopes, requiredScopes, missingScopes].find(isTexts) ?? []
}

/**
 * HubSpot. A refused token is a 401 (`EXPIRED_AUTHENTICATION`, `INVALID_AUTHENTICATION`) and a rate limit a 429, as by
 * HTTP. No scope includes another.
 * - Errors: https://developers.hubspot.com/docs/api-reference/error-handling
 * - Scopes: https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/scopes
 * - Icon: simple-icons 15.22.0, CC0
 */
export const hubspot: Provider = {
  ...{ id: 'hubspot', name: 'HubSpot', api: 'https://api.hubapi.com' },
  probe: { path: '/account-info/v3/details' },
  icon: 'M18.164 7.93V5.084a2.198 2.198 0 001.267-1.978v-.067A2.2 2.2 0 0017.238.845h-.067a2.2 2.2 0 00-2.193 2.193v.067a2.196 2.196 0 001.252 1.973l.013.006v2.852a6.22 6.22 0 00-2.969 1.31l.012-.01-7.828-6.095A2.497 2.497 0 104.3 4.656l-.012.006 7.697 5.991a6.176 6.176 0 00-1.038 3.446c0 1.343.425 2.588 1.147 3.607l-.013-.02-2.342 2.343a1.968 1.968 0 00-.58-.095h-.002a2.033 2.033 0 102.033 2.033 1.978 1.978 0 00-.1-.595l.005.014 2.317-2.317a6.247 6.247 0 104.782-11.134l-.036-.005zm-.964 9.378a3.206 3.206 0 113.215-3.207v.002a3.206 3.206 0 01-3.207 3.207z',
  ...{ requiredScopes: [], optionalScopes: ['crm.objects.contacts.read'] },
  async judge({ status, json }) {
    const { category, context, errors } = record(status === 403 ? await json() : undefined)
    if (category !== 'MISSING_SCOPES') return undefined
    return scopesMissing(
      [context, ...records(errors).map((one) => one.context)].flatMap(scopesIn).slice(0, 1),
    )
  },
}
