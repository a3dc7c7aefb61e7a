import { randomBytes } from 'node:crypto'
import { type LoadedToken, tokenDeclaration } from '../lib/cache/tokens/lookup'
import { fingerprintOf } from '../lib/cache/tokens/oauth-token'
import { createTokenReader } from '../lib/cache/tokens/reader'
import { createLookups } from '../lib/lookup/create-lookups'
import { createProcessState } from '../lib/lookup/process-state'
import { createRedisStore } from '../lib/lookup/redis/store'
import { createPlainRuntime } from '../lib/lookup/runtime/plain'
import type { RestServer } from './child'
import { setEnvironment } from './environment'
import { median, ratio } from './measure'
import { bareClient, takeTurns } from './redis-hit'
import type { Section } from './report'
import { sampleUser, tagsOf } from './sample'

const SCOPE = 'https://www.googleapis.com/auth/calendar.readonly'

/** A token such as Google's: some 220 characters. */
const secretText = `ya29.${randomBytes(160).toString('base64url')}`
const token: LoadedToken = {
  status: 'ok',
  token: {
    token: secretText,
    fingerprint: fingerprintOf(secretText),
    expiresAt: Date.now() + 3_600_000,
    scopes: ['openid', SCOPE],
    externalAccountId: 'eac_2mxt6TRTSCMScVVye0Aj862HKGf',
  },
}

/** A token from the cache, opened and checked for its scopes, with both revocation markers checked, compared with a GET of its bytes. */
export async function tokenHit(
  { url, token: secret }: RestServer,
  rounds: number,
  hits = 300,
): Promise<Section> {
  setEnvironment()
  const state = createProcessState()
  const store = createRedisStore({ url, token: secret, timeoutMs: 5000, state })
  const { defineLookup } = createLookups({ store, runtime: createPlainRuntime(), namespace: 'token', state })
  const userById = defineLookup({
    ...{ name: 'user', version: 1, key: (id: string) => id, tags: tagsOf, ttl: 3600 },
    load: async (id: string) => ({ ...sampleUser(id), banned: false, locked: false, deprovisioned: false }),
  })
  const { get } = createTokenReader(
    defineLookup({ ...tokenDeclaration, load: async () => token }),
    // As in lib/cache/token-cache.ts: whether the cached user is blocked. It shares the MGET.
    userById,
    // For users who are not found.
    userById,
  )
  const bare = bareClient({ url, token: secret })
  const read = async () => {
    const key = { userId: 'user_1', provider: 'google' as const, sessionId: 'sess_1' }
    const result = await get(key, { scopes: [SCOPE], actor: 'user_1' })
    if (result.status !== 'ok') throw new Error(`The token is ${result.status}`)
  }
  await Promise.all([read(), userById('user_1')])
  const entry = 'token:e:token.2:user_1:google'
  const stored = await bare.get<string>(entry)
  if (!stored?.includes('|v1.bench.')) throw new Error('The bare GET reads something else')
  const work = { 'bare GET': () => bare.get(entry), kit: read }
  for (let i = 0; i < 60; i++) {
    await Promise.all(Array.from({ length: 100 }, work['bare GET']))
    for (let j = 0; j < 50; j++) await read()
  }
  const { of } = await takeTurns(work, rounds, hits)
  return {
    title: 'A Redis hit on an OAuth token, p50',
    note: `Against a GET of the same ${stored.length} bytes through the same client and REST server, one at a time, taking turns. One command: the sealed token, its tag version, two revocation markers and its soft expiry, and the cached user, who may be banned; then opened with AES-256-GCM, parsed, checked for its scopes and told to the audit trail.`,
    figures: [
      {
        name: 'kit ÷ bare GET',
        required: { atMost: 1.15 },
        measured: ratio(of('kit'), of('bare GET')),
        unit: '×',
      },
      ...Object.keys(work).map((name) => ({
        name,
        measured: median(of(name)),
        unit: 'ms',
        rounds: of(name),
      })),
    ],
  }
}
