import type { RefreshedToken } from '@/lib/integrations/batch-refresh-tokens'

/** `12:03:45 UTC`: the same on the server and in every browser. */
export const clockOf = (at: number): string => `${new Date(at).toISOString().slice(11, 19)} UTC`

/** With the day, where it is not today's. */
export function timeOf(at: number, now: number): string {
  const [day, today] = [at, now].map((time) => new Date(time).toISOString().slice(0, 10))
  return day === today ? clockOf(at) : `${day} ${clockOf(at)}`
}

const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 })
const number = new Intl.NumberFormat('en')

export const percentOf = (share: number | null): string =>
  share === null ? 'no traffic' : percent.format(share)
export const count = (value: number): string => number.format(value)

/** How long, in the unit that a person would choose. */
export function lasting(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return `${Math.round(seconds / 3600)} h`
}

const problems: Partial<Record<RefreshedToken['status'], string>> = {
  not_connected: 'is not connected. The user has to connect it.',
  scope_missing: 'lacks scopes. The user has to connect it again and allow them.',
  reconnect_required: 'gives no token any more. The user has to disconnect it and connect it again.',
  account_ambiguous: 'has several accounts. Refresh one of them.',
  not_enabled: 'is not enabled in Clerk’s dashboard under SSO connections.',
  revoked: 'was not asked: the user is deleted or revoked.',
  rate_limited: 'was not asked: Clerk takes no more requests right now. Try again in a minute.',
}

/** What came of a refresh. */
export function wordsOfRefresh(name: string, outcome: RefreshedToken | undefined): string {
  if (outcome?.status === 'ok')
    return `${name} is fresh: Clerk gave a token${outcome.expiresAt ? ` that is good until ${clockOf(outcome.expiresAt)}` : ''}.`
  return `${name} ${(outcome && problems[outcome.status]) ?? 'could not be refreshed: Clerk does not answer. Repeating is safe.'}`
}
