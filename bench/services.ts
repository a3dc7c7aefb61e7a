import { z } from 'zod'
import { startStandIns } from '../local/stand-ins'
import { ids } from './next/people'

/**
 * A process of its own: Clerk and Upstash for the app in `next/`. Clerk answers after 150 ms, which is what its Backend API
 * takes from a server in the same region. Ends with the process that forked it.
 */
const CLERK_MS = 150

const standIns = await startStandIns(0, {
  ports: { clerk: 0, upstash: 0, google: 0 },
  webhookPath: false,
  users: ids.map((id, i) => ({
    ...{
      id,
      username: `bench-${i}`,
      firstName: 'Ada',
      lastName: 'Lovelace',
      purpose: 'benchmark',
      createdAt: 1_700_000_000_000,
    },
    emails: [`bench-${i}@example.test`],
    publicMetadata: {
      role: 'expert',
      bio: 'Writes programs for machines that are not built yet. '.repeat(6),
    },
  })),
})
const { clerk, upstash, engine } = standIns
clerk.faults.add({ latencyMs: CLERK_MS })

const order = z.enum(['counts'])
process.on('message', (message) => {
  order.parse(message)
  const { http, commands } = upstash.counts()
  process.send?.({ http, commands, calls: clerk.requests().total })
})
process.once('disconnect', async () => {
  await standIns.close()
  process.exit()
})
process.send?.({ env: standIns.env, engine: engine.name })
