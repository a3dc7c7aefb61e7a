/** The parameters by which an address says where Clerk's components lead people after they have signed in or up. */
const NAMES = /^(redirect_url|sign_(in|up)_(force|fallback)_redirect_url|after_sign_(in|up)_url)$/

/**
 * The address without those that cannot be read, or undefined if it has none of these. With one of them Clerk's script ends in
 * an error, and its components stay as their placeholder.
 */
export function withoutUnreadableRedirects(address: URL): URL | undefined {
  const unreadable = [...address.searchParams]
    .filter(([name, value]) => NAMES.test(name) && !URL.canParse(value, address))
    .map(([name]) => name)
  if (unreadable.length === 0) return undefined
  const readable = new URL(address)
  for (const name of unreadable) readable.searchParams.delete(name)
  return readable
}
