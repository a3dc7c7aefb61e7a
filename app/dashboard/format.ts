import type { RefreshedToken } from '@/lib/integrations/batch-refresh-tokens'

/** `12:03:45 UTC`, the same on the server and in every browser. */
export const formatClock = (at: number): string => `${new Date(at).toISOString().slice(11, 19)} UTC`

/** The time, with the date unless it is today. */
export function formatTime(at: number, now: number): string {
  const [day, today] = [at, now].map((time) => new Date(time).toISOString().slice(0, 10))
  return day === today ? formatClock(at) : `${day} ${formatClock(at)}`
}

const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 })
const number = new Intl.NumberFormat('en')

export const formatPercent = (share: number | null): string =>
  share === null ? 'no traffic' : percent.format(share)
export const formatNumber = (value: number): string => number.format(value)

/** A duration in seconds, minutes or hours. */
export function formatDuration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return `${Math.round(seconds / 3600)} h`
}

const problems: Partial<Record<RefreshedToken['status'], string>> = {
  not_connected: 'is not connected. The user has to connect it.',
  scope_missing: 'lacks scopes. The user has to connect it again and grant them.',
  reconnect_required: 'needs to be reconnected. The user has to disconnect it and connect it again.',
  account_ambiguous: 'has several accounts. Refresh one of them.',
  not_enabled: 'is not enabled in the Clerk dashboard under SSO connections.',
  revoked: 'was not refreshed: the user was deleted or signed out.',
  rate_limited: 'was not refreshed: Clerk limits requests. Try again in a minute.',
}

/** What a refresh did, in words. */
export function describeRefresh(name: string, outcome: RefreshedToken | undefined): string {
  if (outcome?.status === 'ok')
    return `Refreshed. Clerk returned a ${name} token${outcome.expiresAt ? ` that expires at ${formatClock(outcome.expiresAt)}` : ''}.`
  return `${name} ${(outcome && problems[outcome.status]) ?? 'was not refreshed: Clerk does not answer. Trying again is safe.'}`
}
