import { z } from 'zod'
import { encryptionKeys, keySettings } from '../cache/key-ring'
import { unseal } from '../cache/seal'
import { namespace, redis } from '../config'
import { CALENDAR_SCOPE, readsEvents } from '../integrations/providers'
import { printable } from '../telemetry/printable'
import { type Finding, fail, ok, warn } from './finding'

/** How many keys are looked through for a token that is stored, and how many tokens are opened. */
const [MOST_SCANNED, MOST_OPENED] = [20_000, 5]

/** What is sealed in an entry of `writeEntry`. */
const SEALED = /\|v\d+\|(v1\.([^.]+)\.[\w-]+)$/

interface Stored {
  /** The ID of the key that sealed it. */
  kid: string
  /** What was sealed, or undefined if no key of the ring opens it. */
  text: string | undefined
}

/** Some tokens that are stored. @throws RedisError */
async function storedTokens(): Promise<Stored[]> {
  const found: string[] = []
  const match = `${namespace()}:e:token.*`
  let cursor = '0'
  for (let scanned = 0; scanned < MOST_SCANNED && found.length < MOST_OPENED; scanned += 1000) {
    const [next, keys] = await redis().insist('scan', (client) => client.scan(cursor, { match, count: 1000 }))
    found.push(...keys.map(String))
    cursor = String(next)
    if (cursor === '0') break
  }
  const keys = found.slice(0, MOST_OPENED)
  if (keys.length === 0) return []
  const entries = await redis().insist('read', (client) => client.mget<(string | null)[]>(keys))
  return keys.flatMap((key, i) => {
    const [, envelope, kid] = SEALED.exec(String(entries[i] ?? '')) ?? []
    return envelope && kid ? [{ kid: printable(kid), text: opened(envelope, key) }] : []
  })
}

function opened(envelope: string, key: string): string | undefined {
  try {
    return unseal(envelope, key)
  } catch {
    return undefined
  }
}

/** Whether the keys open what is stored. @throws RedisError */
export async function checkEncryption(): Promise<Finding> {
  if (!keySettings().CACHE_ENCRYPTION_KEYS)
    return warn(
      'no key',
      'OAuth tokens cannot be read. `npm run ops -- keys new` makes a key for CACHE_ENCRYPTION_KEYS.',
    )
  const ring = encryptionKeys()
  const keys = `${ring.length === 1 ? '1 key' : `${ring.length} keys`}, new values are sealed with ${ring[0]?.kid}`
  const stored = await storedTokens()
  const closed = stored.filter(({ text }) => text === undefined)
  if (stored.length === 0) return ok(`${keys}; no token is stored that could be opened`)
  if (closed.length === 0) return ok(`${keys}; a stored token opens`)
  const kid = closed[0]?.kid
  const problem = `${closed.length} of ${stored.length} stored tokens cannot be opened, sealed with ${kid}`
  const fix = ring.some((one) => one.kid === kid)
    ? `The running app has another key with the ID ${kid}. Set CACHE_ENCRYPTION_KEYS here to what the app has.`
    : `${kid} is not in CACHE_ENCRYPTION_KEYS. Add the key behind the first one, and keep it for a day after a rotation. Until then these tokens are loaded from Clerk again.`
  return closed.length === stored.length ? fail(problem, fix) : warn(problem, fix)
}

const stored = z.object({
  token: z.object({ token: z.string(), scopes: z.array(z.string()), expiresAt: z.number().nullable() }),
})

/** A stored token that Google Calendar accepts, if there is one. @throws RedisError */
export async function storedGoogleToken(): Promise<string | undefined> {
  if (!keySettings().CACHE_ENCRYPTION_KEYS) return undefined
  for (const { text } of await storedTokens()) {
    const token = stored.safeParse(parse(text)).data?.token
    const isValid = token && (token.expiresAt ?? 0) > Date.now()
    if (
      isValid &&
      token.scopes.some((scope) => readsEvents(scope, CALENDAR_SCOPE) || scope === CALENDAR_SCOPE)
    )
      return token.token
  }
  return undefined
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return undefined
  }
}
