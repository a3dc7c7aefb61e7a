import { Redis } from '@upstash/redis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Store } from '@/lib/lookup/store'
import { type Engine, startEngine } from '../../local/upstash/engine'
import { startUpstash, type Upstash } from '../../local/upstash/server'
import { contractOf } from '../lib/lookup/store-contract'
import { copyWith, occurrences } from './copy'
import type { Change } from './mutant'

const mutants: readonly Omit<Change, 'file'>[] = [
  {
    name: 'an expiry is compared with another clock than that of Redis (rule 8)',
    from: 'local now = time[1] * 1000 + math.floor(time[2] / 1000)',
    to: 'local now = 0',
  },
  {
    name: 'acquire looks at no revocation marker',
    from: "if s.markers > 0 then\n    out[i] = {'refused'}",
    to: "if s.markers > 0 then\n    out[i] = {'load', gen, 0}",
  },
  {
    name: 'acquire hands out an entry of an older generation',
    from: 'local live = entry and current(entry, gen) and entry ~= reject',
    to: 'local live = entry and entry ~= reject',
  },
  {
    name: 'acquire hands out what the caller rejects',
    from: 'local live = entry and current(entry, gen) and entry ~= reject',
    to: 'local live = entry and current(entry, gen)',
  },
  {
    name: 'a refresh goes on although another has just refreshed',
    from: 'not (refresh and not state)',
    to: 'not refresh',
  },
  {
    name: 'a refresh never goes on',
    from: 'not (refresh and not state)',
    to: 'true',
  },
  {
    name: 'two processes may hold a lease',
    from: "elseif kind == 'L' and rest == gen and who ~= flight then",
    to: 'elseif false then',
  },
  {
    name: 'a lease of an older generation is waited for',
    from: "elseif kind == 'L' and rest == gen and who ~= flight then",
    to: "elseif kind == 'L' and who ~= flight then",
  },
  {
    name: 'one who repeats the request for a lease waits for itself',
    from: "elseif kind == 'L' and rest == gen and who ~= flight then",
    to: "elseif kind == 'L' and rest == gen then",
  },
  {
    name: 'a failure is given to those who did not wait for it',
    from: "elseif kind == 'F' and awaited then",
    to: "elseif kind == 'F' then",
  },
  {
    name: 'one who waits for the end of an answer is given that same answer',
    from: "waiting ~= '!' .. (who or '')",
    to: 'true',
  },
  {
    name: 'a tag version is always the same',
    from: "nonce .. '.' .. time[1] .. string.format('%06d', time[2])",
    to: "'version'",
  },
  {
    name: 'an entry of any generation is current',
    from: "string.sub(text, 1, #gen + 1) == gen .. '|'",
    to: 'true',
  },
  {
    name: 'what was stored is past its soft expiry at once',
    from: "redis.call('SET', s.state, 'K', 'PX', math.max(soft, 1))",
    to: "redis.call('UNLINK', s.state)",
  },
  {
    name: 'a tag version may expire before its entries',
    from: "if redis.call('PTTL', name) < hard + grace then redis.call('PEXPIRE', name, hard + grace) end",
    to: '',
  },
  {
    name: 'commit looks at no revocation marker',
    from: "out[i] = s.markers > 0 and 'refused' or 'lost'",
    to: "out[i] = lost and 'lost' or 'stored'",
  },
  {
    name: 'commit does not look at the lease',
    from: 'if s.markers > 0 or lost then',
    to: 'if s.markers > 0 then',
  },
  {
    name: 'commit does not look at the generation',
    from: 'elseif generation(s) ~= gen then',
    to: 'elseif false then',
  },
  {
    name: 'an absolute expiry is ignored',
    from: 'hard = math.min(hard, expiry - buffer - now)',
    to: '',
  },
  {
    name: 'an answer that cannot be stored is held past its expiry',
    from: 'if expiry > now then hold = math.min(hold, expiry - now) end',
    to: '',
  },
  {
    name: 'a returned lease is not remembered',
    from: "elseif kind == 'R' and who == flight then",
    to: 'elseif false then',
  },
  {
    name: 'a lost commit leaves a lease of its own flight',
    from: "if leased(state, flight) then redis.call('UNLINK', s.state) end\n    out",
    to: "if s.markers > 0 then redis.call('UNLINK', s.state) end\n    out",
  },
  {
    name: 'a failure leaves a lease of its own flight in another generation',
    from: '  elseif leased(state, flight) then',
    to: '  elseif false then',
  },
  {
    name: 'a tag version may expire within the lease',
    from: "if redis.call('PTTL', name) < lease then redis.call('PEXPIRE', name, lease + 60000) end",
    to: '',
  },
  {
    name: 'one who fails takes the lease of another',
    from: "elseif state == 'L:' .. flight .. '|' .. gen then",
    to: 'else',
  },
  {
    name: 'an invalidated value is served in grace',
    from: "out[i] = entry and current(entry, generation(s)) and entry or ''",
    to: "out[i] = entry or ''",
  },
  {
    name: 'what is stored is not listed for its owner',
    from: '    own(s, hard + grace)\n',
    to: '',
  },
  {
    name: 'what is held for waiters is not listed for its owner',
    from: '    own(s, hold)\n',
    to: '',
  },
  {
    name: 'a list of an owner of another type makes every commit fail',
    from: "redis.pcall('ZREMRANGEBYSCORE', s.owner, '-inf', now)",
    to: "redis.call('ZREMRANGEBYSCORE', s.owner, '-inf', now)",
  },
  {
    name: 'an entry is listed for its owner for too short a time',
    from: "redis.call('ZADD', s.owner, 'GT', now + ms, s.entry)",
    to: "redis.call('ZADD', s.owner, 'GT', now - 1, s.entry)",
  },
  {
    name: 'an entry is dropped whichever it is',
    from: 'local same = get(s.entry) == arg()',
    to: 'local same = arg() ~= nil',
  },
]

const token = 'a token'
let engine: Engine
let upstash: Upstash
let admin: Redis

beforeAll(async () => {
  engine = await startEngine()
  upstash = await startUpstash({ token, engine })
  admin = new Redis({ url: upstash.url, token, retry: { retries: 0 } })
})
afterAll(async () => {
  await upstash.close()
  await engine.close()
})

/** The first test of the store's contract that fails. */
async function failingTest(store: Store): Promise<string | undefined> {
  const tests = contractOf(
    () => store,
    async () => void (await admin.flushall()),
  )
  for (const [name, test] of tests) {
    const passed = await test().then(
      () => true,
      () => false,
    )
    if (!passed) return name
  }
  return undefined
}

describe.each(mutants)('if $name', (change) => {
  const mutant: Change = { ...change, file: 'redis/scripts.ts' }

  it('the contract of a store is broken', async () => {
    expect(occurrences(mutant), `places in ${mutant.file} that it changes`).toBe(1)
    const { load, remove } = copyWith(mutant)
    try {
      const { createRedisStore } = await load('redis/store')
      const failing = await failingTest(
        createRedisStore({ url: upstash.url, token, timeoutMs: 10_000, breakAfter: 100 }),
      )
      if (process.env.SIM_REPORT) process.stdout.write(`${failing} | ${mutant.name}\n`)
      expect(failing).toBeDefined()
    } finally {
      remove()
    }
  })
})
