/** The parameters by which an address says where Clerk's components lead people after they have signed in or up. */
const NAMES = /^(redirect_url|sign_(in|up)_(force|fallback)_redirect_url|after_sign_(in|up)_url)$/

/** What Clerk adds to an address at the end of a handshake. An invitation has the others, and is lost without them. */
const HANDSHAKE = /^__clerk_(?!ticket$|status$)/

/** The address without the end of a handshake. Each can be used once: opened again, its visitor counts as signed out. */
export function withoutHandshake(address: URL): URL {
  const plain = new URL(address)
  for (const name of [...plain.searchParams.keys()]) if (HANDSHAKE.test(name)) plain.searchParams.delete(name)
  return plain
}

/** What answers scripts, and is no page. */
const ROUTES = /^\/+api(\/|$)/i

/**
 * The address with redirects that lead to a page, or undefined if it needs no change. With one that cannot be read Clerk's
 * script ends in an error, and its components stay as their placeholder. With the end of a handshake in it, whoever has
 * signed in would be led back to sign in, again and again. And a link of another site must not open a route as the site
 * itself does.
 */
export function withUsableRedirects(address: URL): URL | undefined {
  const usable = new URL(address)
  for (const [name, value] of [...address.searchParams].filter(([name]) => NAMES.test(name))) {
    const target = URL.canParse(value, address) ? new URL(value, address) : undefined
    const plain = target && withoutHandshake(target)
    if (!plain || (plain.origin === address.origin && !isPage(plain))) usable.searchParams.delete(name)
    else if (plain.search !== target?.search) usable.searchParams.set(name, plain.href)
  }
  return usable.search === address.search ? undefined : usable
}

/** The middleware refuses a path that cannot be decoded. */
function isPage({ pathname }: URL): boolean {
  try {
    return !ROUTES.test(decodeURIComponent(pathname))
  } catch {
    return false
  }
}
