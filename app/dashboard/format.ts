import type { RefreshedToken } from '@/lib/integrations/batch-refresh-tokens'

/** `12:03:45 UTC`, the same on the server and in every browser. */
export const formatClock = (at: number): string => `${new Date(at).toISOString().slice(11, 19)} UTC`

const AGO: readonly [seconds: number, unit: string][] = [
  [365 * 86_400, 'year'],
  [30 * 86_400, 'month'],
  [86_400, 'day'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
]

/** `5 min ago`, `in 2 days`, `10 months ago`; `just now` within 5 seconds. */
export function formatAgo(at: number, now: number): string {
  const seconds = Math.round(Math.abs(now - at) / 1000)
  if (seconds < 5) return 'just now'
  const [size, unit] = AGO.find(([size]) => seconds >= size) ?? [1, 's']
  const count = Math.floor(seconds / size)
  const text = `${count} ${seconds >= 86_400 ? nounFor(count, unit) : unit}`
  return at > now ? `in ${text}` : `${text} ago`
}

/** The date and the time with the zone, in the zone and the language of where it runs. */
export const formatExact = (at: number): string =>
  new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' })

const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 })
const number = new Intl.NumberFormat('en')

export const formatPercent = (share: number | null): string =>
  share === null ? 'no traffic' : percent.format(share)
export const formatNumber = (value: number): string => number.format(value)

const nounFor = (count: number, noun: string) => (count === 1 ? noun : `${noun}s`)

/** `1 user`, `2 users` */
export const countOf = (count: number, noun: string): string =>
  `${formatNumber(count)} ${nounFor(count, noun)}`

/** A duration in seconds, minutes or hours. */
export function formatDuration(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return `${Math.round(seconds / 3600)} h`
}

const problems: Partial<Record<RefreshedToken['status'], string>> = {
  not_connected: 'is not connected. The user has to connect it.',
  scope_missing: 'lacks scopes. The user has to grant them on the account page.',
  reconnect_required: 'needs to be reconnected. The user can do it on the account page.',
  account_ambiguous: 'has several accounts. Refresh one of them.',
  not_enabled: 'is not enabled in the Clerk dashboard under SSO connections.',
  revoked: 'was not refreshed: the user was deleted, blocked or signed out.',
  rate_limited: 'was not refreshed: Clerk limits requests. Try again in a minute.',
}

/** What a refresh did, in words. How long from `now`, because the server does not know the reader's time zone. */
export function describeRefresh(name: string, outcome: RefreshedToken | undefined, now: number): string {
  if (outcome?.status === 'ok')
    return `Refreshed. Clerk returned a ${name} token${outcome.expiresAt ? ` that expires ${formatAgo(outcome.expiresAt, now)}` : ''}.`
  return `${name} ${(outcome && problems[outcome.status]) ?? 'was not refreshed: Clerk is not responding. Trying again is safe.'}`
}

/** Why a user is refused everywhere, in a word; undefined: they are not. */
export const blockedAs = (user: Blockable): string | undefined =>
  user.banned ? 'Banned' : user.locked ? 'Locked' : user.deprovisioned ? 'Deprovisioned' : undefined

type Blockable = { banned: boolean; locked: boolean; deprovisioned: boolean }

/** `m•••@example.com` */
export const maskAddress = (address: string): string => address.replace(/^(.)[^@]*/, '$1•••')

/** Hours and minutes, in the zone and the language of where it runs. */
export const formatHour = (at: number): string =>
  new Date(at).toLocaleTimeString(undefined, { hour: 'numeric', minute: '2-digit' })

/** The same for a time axis, which has the date at midnight. */
export function formatTick(at: number): string {
  const time = new Date(at)
  return time.getHours() === 0 && time.getMinutes() === 0
    ? time.toLocaleDateString(undefined, { month: 'short', day: 'numeric' })
    : formatHour(at)
}

/** The largest bounds of the histograms in lib/telemetry/metrics.ts. Milliseconds. */
export const LONGEST = { redis: 1000, clerk: 10_000 }

/** The upper bound of a bucket; null is beyond the last. */
export const formatUpTo = (ms: number | null, service: keyof typeof LONGEST): string =>
  ms === null ? `over ${LONGEST[service] / 1000} s` : `≤ ${formatMs(ms)}`

/** `350 ms`, `2.5 s` */
export const formatMs = (ms: number): string =>
  ms < 1000 ? `${formatNumber(ms)} ms` : `${formatNumber(ms / 1000)} s`
