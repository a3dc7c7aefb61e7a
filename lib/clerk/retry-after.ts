/** Seconds to wait where the service did not say: the window of Clerk's rate limits. */
export const RETRY_AFTER = 10

/** A service that asks for more is asked again after an hour. */
const LONGEST = 60 * 60

/**
 * The whole seconds to wait that a Retry-After stands for, 1 to 3600; undefined where it says nothing. It has seconds or
 * an HTTP date (RFC 9110, 10.2.3). 0, a negative number and a past date say nothing: they must not cause a retry at once.
 */
export function secondsOf(retryAfter: unknown, now = Date.now()): number | undefined {
  const text = String(retryAfter ?? '').trim()
  const isDate = /^(mon|tue|wed|thu|fri|sat|sun)/i.test(text)
  const seconds = /^\d+(\.\d+)?$/.test(text)
    ? Number(text)
    : isDate
      ? (Date.parse(/gmt$/i.test(text) ? text : `${text} GMT`) - now) / 1000
      : Number.NaN
  return seconds > 0 ? Math.min(LONGEST, Math.ceil(seconds)) : undefined
}
