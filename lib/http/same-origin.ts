/**
 * Whether a request may read what only scripts of the site's own pages may read. Browsers say where a request comes from
 * in `Sec-Fetch-Site` and what it is for in `Sec-Fetch-Dest`: `empty` for `fetch` and server-sent events, another word
 * for a page, a frame, an image or a form. Older ones send `Origin` at most. A client that is not a browser sends none
 * of them, and has credentials of its own.
 */
export function isSameOrigin({ headers }: Request): boolean {
  const site = headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin' && (headers.get('sec-fetch-dest') ?? 'empty') === 'empty'
  const origin = headers.get('origin')
  return origin === null || (URL.canParse(origin) && new URL(origin).host === headers.get('host'))
}
