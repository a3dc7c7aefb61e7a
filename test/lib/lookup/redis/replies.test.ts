import { describe, expect, it } from 'vitest'
import { createLookups } from '@/lib/lookup/create-lookups'
import { createProcessState } from '@/lib/lookup/process-state'
import { createBackplane } from '@/lib/lookup/redis/backplane'
import { createRedisClient } from '@/lib/lookup/redis/client'
import { createRedisStore } from '@/lib/lookup/redis/store'
import { createPlainRuntime } from '@/lib/lookup/runtime/plain'
import { useUpstash } from '../../../support/upstash'
import { user } from '../in-process-fleet'

const server = useUpstash()
const { token } = server
function join() {
  const state = createProcessState()
  const client = createRedisClient({ url: server.upstash.url, token, timeoutMs: 60_000, state })
  const store = createRedisStore({ client })
  return {
    store,
    client,
    state,
    ...createLookups({ store, runtime: createPlainRuntime(), namespace: 't', state }),
  }
}

const slot = { entry: 'e', state: 's', hard: undefined, tagVersions: ['f'], markers: [] }
const acquire = { slot, flight: 'a', waiting: '', reject: '', refresh: false, lease: 60_000 }
const lifetimes = { hard: 1000, soft: 1000, grace: 0, expiry: 0, expiryBuffer: 0, refreshBefore: 0 }
const commit = { slot, flight: 'a', generation: 'g', entry: 'x', refreshEvery: 1000, ...lifetimes }
const fail = { slot, flight: 'a', generation: 'g', code: 'c', cooldown: 1000 }

type Joined = ReturnType<typeof join>
/** Every operation, its command, and what Redis never answers to it. */
const operations: [string, string, (process: Joined) => Promise<unknown>, string[]][] = [
  ['drop', 'unlink', ({ store }) => store.drop(['k']), ['"OK"', '[]', '"MQ=="', '-1']],
  ['mark', 'set', ({ store }) => store.mark('k', 1000, 'm1'), ['1', '[]', '"RVJS"']],
  ['ttl', 'pttl', ({ store }) => store.ttl(['k']), ['"OK"', '[]']],
  [
    'read',
    'mget',
    ({ store }) => store.read(['k']),
    ['"OK"', '1', '[]', '[1]', '[["eA=="]]', '["eA==","eA=="]'],
  ],
  [
    'acquire',
    'evalsha',
    ({ store }) => store.acquire([acquire], 'n'),
    ['"OK"', '1', '[]', '[1]', '[["aGl0"]]'],
  ],
  ['commit', 'evalsha', ({ store }) => store.commit([commit]), ['"OK"', '1', '[]', '[1]', '["T0s="]']],
  ['fail', 'evalsha', ({ store }) => store.fail([fail]), ['"OK"', '1', '[]', '[1]']],
  ['dropIf', 'evalsha', ({ store }) => store.dropIf(slot, 'x'), ['"OK"', '1', '[]', '["eA=="]']],
]
const cases = operations.flatMap(([operation, command, run, results]) =>
  [...results.map((result) => `{"result":${result}}`), '{"result":null}', '{}'].map(
    (reply) => [operation, reply, command, run] as const,
  ),
)

describe('a reply of another kind', () => {
  it.each(cases)('fails %s: %s', async (_, reply, command, run) => {
    server.upstash.faults.set({ only: [command], answer: { status: 200, body: `[${reply}]` } })
    await expect(run(join())).rejects.toMatchObject({ code: 'store_unavailable', reason: 'bad_answer' })
  })

  it.each(['null', '"OK"', '[]', '{}'])('confirms no invalidation: %s', async (result) => {
    const reply = result === '{}' ? '{}' : `{"result":${result}}`
    server.upstash.faults.set({ only: ['unlink'], answer: { status: 200, body: `[${reply}]` } })
    const { invalidateTags } = join()
    await expect(invalidateTags(['x'])).rejects.toMatchObject({ code: 'invalidation_unconfirmed' })
  })

  it.each(['null', '1', '[]'])('confirms no revocation: %s', async (result) => {
    server.upstash.faults.set({ only: ['set'], answer: { status: 200, body: `[{"result":${result}}]` } })
    await expect(join().revoke('x', { seconds: 60 })).rejects.toMatchObject({
      code: 'invalidation_unconfirmed',
    })
  })

  it.each(['null', '"OK"', '[]'])('confirms no message to other processes: %s', async (result) => {
    const { client, state, invalidateTags } = join()
    const { close } = createBackplane({ redis: client, namespace: 't', state })
    server.upstash.faults.set({ only: ['publish'], answer: { status: 200, body: `[{"result":${result}}]` } })
    await expect(invalidateTags(['x'])).rejects.toMatchObject({ code: 'invalidation_unconfirmed' })
    close()
  })

  it('is repeated, because its outcome is unknown', async () => {
    const lookup = join().defineLookup(user(async () => 'x'))
    await lookup('warms the scripts')
    server.upstash.faults.next({ only: ['evalsha'], answer: { status: 200, body: '[{"result":null}]' } })
    await lookup('repeated')
    expect(await lookup.peek('repeated')).toBe('x')
  })
})
