/** Seconds to wait where the service did not say: the window of Clerk's rate limits. */
export const RETRY_AFTER = 10
/** The longest wait that a service is given, in seconds. */
const LONGEST = 3600
const DATE = /^(?:mon|tue|wed|thu|fri|sat|sun)/i

/** The whole seconds of a Retry-After (a number or an HTTP date), 1 to 3600; undefined where it does not say to wait. */
export function secondsOf(retryAfter: unknown, now = Date.now()): number | undefined {
  const text = typeof retryAfter === 'object' ? '' : String(retryAfter).trim()
  const date = DATE.test(text) ? Date.parse(`${text.replace(/ gmt$/i, '')} GMT`) : Number.NaN
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : (date - now) / 1000
  return seconds > 0 ? Math.min(LONGEST, Math.ceil(seconds)) : undefined
}
