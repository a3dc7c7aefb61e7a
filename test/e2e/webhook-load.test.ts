import { beforeAll, expect, test } from 'vitest'
import { getCachedUsersByIds } from '@/lib/cache/clerk-cache'
import { redis } from '@/lib/config'
import { recentDeliveries } from '@/lib/webhooks/delivery-log'
import { webhookUserJson } from '../../local/clerk/json'
import { fullOr } from '../support/full'
import { eventOf, signatureOf } from '../support/signed-webhook'
import { useStage } from '../support/stage'

/** Webhooks sent, those that are sent twice counted once. */
const MESSAGES = fullOr(10_000, 150)
const USERS = fullOr(200, 30)
/** Sent at a time. */
const CONNECTIONS = 32
/** Changes made at Clerk before their webhooks leave, in any order. */
const WINDOW = 400

const stage = useStage()
let ids: string[]

beforeAll(async () => {
  // This process reads too, as another instance would.
  Object.assign(process.env, stage.standIns.env, { CACHE_REDIS_TIMEOUT_MS: '10000' })
  stage.standIns.clerk.webhooks.target(undefined)
  ids = Array.from(
    { length: USERS },
    (_, i) =>
      stage.standIns.clerk.createUser({
        username: `load-${i}`,
        firstName: 'v0',
        lastName: 'Load',
        publicMetadata: { role: 'expert' },
        emails: [`load-${i}@example.com`],
      }).id,
  )
})

type Message = { id: string; body: string }

/** Changes users at Clerk; gives the webhooks of it, a tenth of them twice, in an order of their own. */
function change(from: number, to: number): Message[] {
  const { clerk } = stage.standIns
  const messages = Array.from({ length: to - from }, (_, i) => {
    const n = from + i
    const user = clerk.updateUser(ids[n % USERS] ?? '', { firstName: `v${n}` })
    return { id: `msg_load${n}`, body: eventOf('user.updated', webhookUserJson(user, clerk.url)) }
  })
  const repeated = messages.filter((_, i) => i % 10 === 0)
  return [...messages, ...repeated]
    .map((message) => ({ message, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ message }) => message)
}

let statuses = new Map<number, number>()
let times: number[] = []

/** As Clerk does: again until it is accepted, but without its waits. */
async function send({ id, body }: Message) {
  const secret = stage.standIns.env.CLERK_WEBHOOK_SIGNING_SECRET ?? ''
  for (let attempt = 0; attempt < 5; attempt++) {
    const started = performance.now()
    const response = await fetch(`${stage.app.url}/api/webhooks/clerk`, {
      method: 'POST',
      headers: signatureOf(body, { secret, id }),
      body,
    })
    await response.arrayBuffer()
    times.push(performance.now() - started)
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
    if (response.ok) return
  }
  throw new Error(`${id} was never accepted`)
}

async function sendAll(messages: Message[]) {
  const left = messages.values()
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (const message of left) await send(message)
    }),
  )
}

/** Pages and the other process fill the cache all the while. */
async function readUntil(ended: () => boolean) {
  while (!ended()) {
    const i = Math.floor(Math.random() * USERS)
    await (await fetch(`${stage.app.url}/experts/load-${i}`)).text()
    await getCachedUsersByIds(ids.slice(i, i + 20))
  }
}

test(`${MESSAGES} webhooks at full speed, a tenth of them twice, out of order: none is lost, and the newest state is everywhere`, async () => {
  const { clerk, upstash } = stage.standIns
  upstash.resetCounts()
  statuses = new Map()
  times = []
  let sent = 0
  let ended = false
  const readers = [readUntil(() => ended), readUntil(() => ended)]
  const started = performance.now()
  for (let from = 0; from < MESSAGES; from += WINDOW) {
    const messages = change(from, Math.min(from + WINDOW, MESSAGES))
    await sendAll(messages)
    sent += messages.length
  }
  const seconds = (performance.now() - started) / 1000
  ended = true
  await Promise.all(readers)

  // The log is written after the answers.
  await expect
    .poll(() => redis().run('keys', async (client) => (await client.keys('ck:webhooks:done:*')).length))
    .toBe(MESSAGES)
  // Each was accepted; where the machine was too busy to confirm one in time, at a later attempt.
  const { 200: accepted, 503: repeated = 0, ...others } = Object.fromEntries(statuses)
  expect({ accepted, others }).toEqual({ accepted: sent, others: {} })
  expect(upstash.counts().byCommand.unlink).toBeGreaterThanOrEqual(sent)
  expect(await recentDeliveries()).toHaveLength(Math.min(200, MESSAGES))

  const truth = ids.map((id) => clerk.users().find((user) => user.id === id)?.firstName)
  expect((await getCachedUsersByIds(ids)).map(({ firstName }) => firstName)).toEqual(truth)
  for (const [i, name] of truth.entries())
    expect(await (await fetch(`${stage.app.url}/experts/load-${i}`)).text()).toContain(`${name} Load`)
  expect(stage.app.output()).toEqual([])

  const sorted = times.toSorted((one, other) => one - other)
  const [median, slow] = [0.5, 0.99].map((part) => Math.round(sorted[Math.floor(sorted.length * part)] ?? 0))
  process.stdout.write(
    `${sent} webhooks in ${seconds.toFixed(1)} s, ${Math.round(sent / seconds)} a second; answered in ${median} ms median, ${slow} ms p99, ${Math.round(sorted.at(-1) ?? 0)} ms at most; ${repeated} answered 503 first\n`,
  )
}, 1_200_000)
