import { notFound } from './errors'
import type { Keys } from './keys'
import type { OAuthTokens } from './oauth-tokens'
import type { State } from './state'
import { paginate } from './user-query'

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

/** What every endpoint needs. */
export interface Parts {
  state: State
  tokens: OAuthTokens
  keys: Keys
  appUrl: string
  url: string
}

export function listed(items: unknown[], query: URLSearchParams) {
  const data = paginate(items, query)
  return query.get('paginated') === 'true' ? { data, total_count: items.length } : data
}

/** A path parameter that must be there. */
export const id = (param: string | undefined): string => {
  if (!param) throw notFound('resource', '')
  return param
}
