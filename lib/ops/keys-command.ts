import { randomBytes } from 'node:crypto'
import { encryptionKeys, parseKeyRing } from '../cache/tokens/settings'
import { type Command, EXIT, readFlags } from './command'
import { InputError } from './id-list'

type Key = { kid: string; key: Buffer }

const entryOf = ({ kid, key }: Key) => `${kid}:${key.toString('base64')}`

/** An id that no key of the ring has: k1, k2 … */
function freeId(ring: readonly Key[]): string {
  for (let number = ring.length + 1; ; number++) {
    const kid = `k${number}`
    if (!ring.some((other) => other.kid === kid)) return kid
  }
}

function newKey(kid: string, ring: readonly Key[]): Key {
  const key = { kid, key: randomBytes(32) }
  const { error } = parseKeyRing([key, ...ring].map(entryOf).join(','))
  if (error) throw new InputError(`--kid ${JSON.stringify(kid.slice(0, 40))}: ${error}.`)
  return key
}

const STEPS = `The new key is first in this ring. Nothing stops working if it goes out in this order:
  1. CACHE_ENCRYPTION_KEYS with the new key LAST, deployed everywhere: every instance can open what it will seal.
  2. CACHE_ENCRYPTION_KEYS as printed, the new key FIRST: from now on it seals.
  3. A day later, when what the old keys sealed has expired: without the old keys. Too early costs a load, no more.
`

export const keysCommand: Command = {
  summary: '`keys new` prints a key for CACHE_ENCRYPTION_KEYS, `keys rotate` the ring with a new first key',
  usage: 'new | rotate [--kid ID]    prints secrets: mind where they go',
  async run(argv, { out, err }) {
    const { given, words, json } = readFlags(argv, ['kid'])
    const [what, ...more] = words
    if ((what !== 'new' && what !== 'rotate') || more.length > 0)
      throw new InputError('Say `keys new` or `keys rotate`.')
    const ring = what === 'new' ? [] : encryptionKeys()
    const key = newKey(given('kid') ?? freeId(ring), ring)
    const first = [key, ...ring].map(entryOf).join(',')
    const last = [...ring, key].map(entryOf).join(',')
    if (json) out(`${JSON.stringify(what === 'new' ? { key: first } : { first, last })}\n`)
    else out(`${first}\n`)
    if (what === 'rotate') err(STEPS)
    return EXIT.done
  },
}
