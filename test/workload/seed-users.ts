import { setImmediate } from 'node:timers/promises'
import type { ClerkStandIn } from '../../local/clerk/server'

/**
 * Creates the users of a workload at Clerk. The experts are the newest, because Clerk lists those first, and each is
 * older than the one before, so that their order does not depend on how long this takes.
 */
export function seedUsers(clerk: ClerkStandIn, size: { users: number; experts: number }) {
  // The app does not run yet, and needs no webhook for users who exist from the start.
  clerk.webhooks.target(undefined)
  const now = Date.now()
  const create = (username: string, age: number, role: string) =>
    clerk.createUser({
      username,
      firstName: username,
      lastName: 'Seed',
      emails: [`${username}@seed.example`],
      publicMetadata: { role },
      createdAt: now - age,
    })
  const DAY = 24 * 3600_000
  const admin = create('seed-admin', 9 * DAY, 'admin')
  const members = Array.from({ length: size.users }, (_, i) => create(`member-${i}`, 8 * DAY, 'member'))
  const experts = Array.from({ length: size.experts }, (_, i) => create(`expert-${i}`, DAY + i, 'expert'))
  return { admin, members, experts }
}

/** Counts the open requests. `quiet` resolves when there are none, background refreshes included. */
export function watchFetch() {
  const real = globalThis.fetch
  let open = 0
  globalThis.fetch = async (...args) => {
    open++
    try {
      return await real(...args)
    } finally {
      open--
    }
  }
  return {
    async quiet() {
      for (let idleTurns = 0; idleTurns < 3; idleTurns = open === 0 ? idleTurns + 1 : 0) await setImmediate()
    },
    restore() {
      globalThis.fetch = real
    },
  }
}

/** Random numbers from 0 to 1 that are the same in every run (mulberry32). */
export function seededRandom(seed: number) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}
