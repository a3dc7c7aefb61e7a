import { rateLimited, scopesMissing } from '../../cache/tokens/judgement'
import { missingScopes } from '../../cache/tokens/scopes'
import { isRecord } from '../../clerk/json'
import { inclusion, namesIn } from '../inclusion'
import type { Provider } from '../providers'

const includes = inclusion({
  repo: 'repo:status repo_deployment public_repo repo:invite security_events admin:repo_hook',
  ...{ 'admin:repo_hook': 'write:repo_hook', 'write:repo_hook': 'read:repo_hook' },
  ...{ 'admin:org': 'write:org', 'write:org': 'read:org' },
  ...{ 'admin:public_key': 'write:public_key', 'write:public_key': 'read:public_key' },
  ...{ 'admin:gpg_key': 'write:gpg_key', 'write:gpg_key': 'read:gpg_key' },
  ...{ user: 'read:user user:email user:follow', project: 'read:project' },
  'admin:enterprise': 'manage_runners:enterprise manage_billing:enterprise read:enterprise',
})

/** One accepted scope is enough. The narrowest is one that includes none of the others. */
const narrowest = (accepted: string[]) =>
  accepted.filter((scope) => !accepted.some((other) => other !== scope && includes(scope, other))).slice(0, 1)

const isSecondaryLimit = (body: unknown) =>
  isRecord(body) && /secondary rate limit/i.test(String(body.message))

/** `x-ratelimit-reset` is in seconds since 1970. */
const limitIn = (headers: Headers) =>
  rateLimited(headers.get('retry-after') ?? Number(headers.get('x-ratelimit-reset')) - Date.now() / 1000)

/**
 * GitHub, as an OAuth app. Its 403 is a rate limit, missing scopes (by the two headers with scopes), or a policy of the
 * organization, which is the caller's. A resource that needs a scope may also be answered with 404.
 * - Scopes and their headers: https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
 * - Rate limits: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api
 * - Icon: simple-icons 15.22.0, CC0
 */
export const github: Provider = {
  ...{ id: 'github', name: 'GitHub', api: 'https://api.github.com', probe: { path: '/user' } },
  icon: 'M12 .297c-6.63 0-12 5.373-12 12 0 5.303 3.438 9.8 8.205 11.385.6.113.82-.258.82-.577 0-.285-.01-1.04-.015-2.04-3.338.724-4.042-1.61-4.042-1.61C4.422 18.07 3.633 17.7 3.633 17.7c-1.087-.744.084-.729.084-.729 1.205.084 1.838 1.236 1.838 1.236 1.07 1.835 2.809 1.305 3.495.998.108-.776.417-1.305.76-1.605-2.665-.3-5.466-1.332-5.466-5.93 0-1.31.465-2.38 1.235-3.22-.135-.303-.54-1.523.105-3.176 0 0 1.005-.322 3.3 1.23.96-.267 1.98-.399 3-.405 1.02.006 2.04.138 3 .405 2.28-1.552 3.285-1.23 3.285-1.23.645 1.653.24 2.873.12 3.176.765.84 1.23 1.91 1.23 3.22 0 4.61-2.805 5.625-5.475 5.92.42.36.81 1.096.81 2.22 0 1.606-.015 2.896-.015 3.286 0 .315.21.69.825.57C20.565 22.092 24 17.592 24 12.297c0-6.627-5.373-12-12-12',
  ...{ requiredScopes: ['read:user'], optionalScopes: ['repo'], includes },
  async judge({ status, headers, json }) {
    if (status !== 403 && status !== 429) return undefined
    if (headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0') return limitIn(headers)
    if (isSecondaryLimit(await json())) return rateLimited(60)
    const accepted = namesIn(headers.get('x-accepted-oauth-scopes'))
    const missing = missingScopes(namesIn(headers.get('x-oauth-scopes')), accepted, includes)
    return status === 403 && accepted.length > 0 && missing.length === new Set(accepted).size
      ? scopesMissing(narrowest(accepted))
      : undefined
  },
}
