/** The pages with Clerk's components to sign in and up. */
const PAGES = /^\/sign-(in|up)(\/|$)/

/** The parameters by which their address says where people are led after that. */
const NAMES = /^(redirect_url|sign_(in|up)_(force|fallback)_redirect_url|after_sign_(in|up)_url)$/

/** What Clerk adds to an address at the end of a handshake. */
const HANDSHAKE = ['__clerk_handshake', '__clerk_handshake_nonce', '__clerk_hs_reason', '__clerk_help']

/**
 * Where Clerk's SDK, with the keys of a development instance, leads from any address with the token of the browser: for other domains
 * of an app.
 */
const SYNC = '__clerk_redirect_url'

/** The address without the end of a handshake. Each can be used once: opened again, its visitor counts as signed out. */
export function withoutHandshake(address: URL): URL {
  const plain = new URL(address)
  for (const name of HANDSHAKE) if (plain.searchParams.has(name)) plain.searchParams.delete(name)
  return plain
}

/** What answers scripts, and is no page. */
const ROUTES = /^\/+api(\/|$)/i

/**
 * The address with redirects that lead to a page of this app, or undefined if it needs no change. With one that cannot be read Clerk's
 * script ends in an error, and its components to sign in and up stay as their placeholder. With the end of a handshake in it, people who
 * have signed in would be led back to sign in, again and again. And a link of another site must not open a route as the site itself
 * does. `hosts`: those of this app.
 */
export function withUsableRedirects(address: URL, hosts: readonly string[]): URL | undefined {
  if (address.search === '') return undefined
  const usable = new URL(address)
  if (!address.searchParams.getAll(SYNC).every((target) => isOfHost(target, hosts)))
    usable.searchParams.delete(SYNC)
  if (PAGES.test(address.pathname)) changeRedirects(usable, address, hosts)
  return usable.search === address.search ? undefined : usable
}

function isOfHost(target: string, hosts: readonly string[]): boolean {
  if (!URL.canParse(target)) return false
  const { protocol, host } = new URL(target)
  return /^https?:$/.test(protocol) && hosts.includes(host)
}

/** Leaves out what leads to no page, and takes the end of a handshake away from the rest. */
function changeRedirects(usable: URL, address: URL, hosts: readonly string[]): void {
  for (const [name, value] of [...address.searchParams].filter(([name]) => NAMES.test(name))) {
    const target = URL.canParse(value, address) ? new URL(value, address) : undefined
    const isOwn = target?.host === address.host || hosts.includes(target?.host ?? '')
    const plain = target && withoutHandshake(target)
    if (!plain || (isOwn && !isPage(plain))) usable.searchParams.delete(name)
    // Clerk refuses an address of another origin. Only a relative one is sure to be of this.
    else if (plain.search !== target.search) usable.searchParams.set(name, isOwn ? pathOf(plain) : plain.href)
  }
}

/** `/` twice would lead to another server. */
const pathOf = ({ pathname, search, hash }: URL) => `${pathname.replace(/^\/+/, '/')}${search}${hash}`

/**
 * Not a page to sign in or up, whose address has redirects of its own, nor a path that the middleware refuses, because it
 * cannot be decoded.
 */
function isPage({ pathname }: URL): boolean {
  try {
    const path = decodeURIComponent(pathname)
    return !ROUTES.test(path) && !PAGES.test(path)
  } catch {
    return false
  }
}
