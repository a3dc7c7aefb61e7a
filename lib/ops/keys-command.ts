import { randomBytes } from 'node:crypto'
import { encryptionKeys, parseKeyRing } from '../cache/key-ring'
import { type Command, EXIT, readFlags } from './command'
import { InputError } from './id-list'

type Key = { kid: string; key: Buffer }

const entryOf = ({ kid, key }: Key) => `${kid}:${key.toString('base64')}`

/** An ID that no key of the ring has: k1, k2 … */
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

/** Both rings, in the order in which they are deployed. */
const stepsOf = (
  first: string,
  last: string,
) => `Deploy these in order. Everything keeps working at each step.

1. CACHE_ENCRYPTION_KEYS with the new key LAST. Every process can then decrypt what the new key will encrypt.
   ${last}

2. CACHE_ENCRYPTION_KEYS with the new key FIRST. From now on the new key encrypts.
   ${first}

3. A day later, when everything that the old keys encrypted has expired: CACHE_ENCRYPTION_KEYS without the old keys.
   If you remove them earlier, each token that they encrypted costs one request to Clerk.
`

export const keysCommand: Command = {
  summary:
    '`keys new` prints a key for CACHE_ENCRYPTION_KEYS; `keys rotate` prints how to replace the current key',
  usage: 'new | rotate [--kid ID]    prints secrets: be careful where the output goes',
  async run(argv, { out }) {
    const { flag, words, json } = readFlags(argv, ['kid'], { words: 1 })
    const [what] = words
    if (what !== 'new' && what !== 'rotate') throw new InputError('Use `keys new` or `keys rotate`.')
    const ring = what === 'new' ? [] : encryptionKeys()
    const key = newKey(flag('kid') ?? freeId(ring), ring)
    const first = [key, ...ring].map(entryOf).join(',')
    const last = [...ring, key].map(entryOf).join(',')
    if (json) out(`${JSON.stringify(what === 'new' ? { key: first } : { first, last })}\n`)
    else out(what === 'new' ? `${first}\n` : stepsOf(first, last))
    return EXIT.done
  },
}
