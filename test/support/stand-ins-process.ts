import { fork } from 'node:child_process'
import { once } from 'node:events'
import { constants, setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const file = fileURLToPath(new URL('stand-ins-child.ts', import.meta.url))

const environment = z.record(z.string(), z.string())
const created = z.object({ id: z.string() })
const session = z.object({ sessionId: z.string() })
const requests = z.object({ total: z.number(), byRoute: z.record(z.string(), z.number()) })

/** The stand-ins in a process of their own, which sends no webhooks: a busy test does not slow them down. */
export async function startStandInsProcess() {
  const child = fork(file, { execArgv: ['--import', 'tsx'] })
  const ended = once(child, 'exit')
  // Of a Redis that answers at once while the cores are busy. Only root may: elsewhere it may be late now and then.
  try {
    if (child.pid) setPriority(child.pid, constants.priority.PRIORITY_HIGH)
  } catch {}
  const [message] = await Promise.race([
    once(child, 'message'),
    ended.then(([code]) => {
      throw new Error(`The stand-ins ended with ${code}`)
    }),
  ])
  const env = environment.parse(message)

  async function clerk(method: string, path: string, body?: object): Promise<unknown> {
    const init = body ? { method, body: JSON.stringify(body) } : { method }
    const response = await fetch(`${env.CLERK_API_URL}/_local${path}`, init)
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`)
    return response.status === 204 ? undefined : response.json()
  }

  return {
    env,
    createUser: async (given: { username: string; emails: string[] }) =>
      created.parse(await clerk('POST', '/users', given)).id,
    connect: (userId: string, scopes: string[]) => clerk('POST', `/users/${userId}/accounts`, { scopes }),
    signIn: async (userId: string) =>
      session.parse(await clerk('POST', `/users/${userId}/session`)).sessionId,
    /** Requests to Clerk's Backend API since `resetRequests`. */
    requests: async () => requests.parse(await clerk('GET', '/requests')),
    resetRequests: () => clerk('DELETE', '/requests'),
    async close() {
      child.disconnect()
      await ended
    },
  }
}
