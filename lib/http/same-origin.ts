/**
 * Whether a request may read what only the site's own pages may read. Browsers say where a request comes from in
 * `Sec-Fetch-Site`, older ones in `Origin`. A client that is not a browser sends neither, and has credentials of its own.
 */
export function isSameOrigin(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin' || site === 'none'
  const origin = request.headers.get('origin')
  return origin === null || (URL.canParse(origin) && new URL(origin).host === request.headers.get('host'))
}
