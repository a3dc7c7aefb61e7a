import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { POST } from '@/app/api/webhooks/clerk/route'
import { onAudit } from '@/lib/cache/audit-events'
import {
  getCachedUserByEmail,
  getCachedUserByExternalId,
  getCachedUserById,
  getCachedUserByUsername,
  newUserById,
  userById,
  userIdsByRole,
} from '@/lib/cache/clerk-cache'
import { getCachedPrivateMetadata } from '@/lib/cache/private-metadata'
import { revokeUser } from '@/lib/cache/revocations'
import { getCachedOAuthToken } from '@/lib/cache/token-cache'
import { redis } from '@/lib/config'
import { overLimit } from '@/lib/http/rate-limit'
import { getConnectedIntegrations } from '@/lib/integrations/integrations.service'
import { systemClock } from '@/lib/lookup/clock'
import { processState } from '@/lib/lookup/process-state'
import { ops } from '@/lib/ops/ops'
import { flushAudit, recordAudit } from '@/lib/telemetry/audit'
import { type Between, startBetween } from '../../support/clerk-in-between'
import { dumpRedis } from '../../support/redis-dump'
import { useServices } from '../../support/services'
import { eventOf, webhookRequest } from '../../support/signed-webhook'
import { wholeUser } from '../../support/whole-user'

let between: Between
const services = useServices({
  env: async () => {
    between = await startBetween(() => services.clerk.url)
    return { CLERK_API_URL: between.url, LOG_LEVEL: 'silent' }
  },
})
afterAll(() => between.close())

const tasks: Promise<unknown>[] = []
vi.mock('next/server', () => ({ after: (task: () => Promise<unknown>) => tasks.push(task()) }))

beforeAll(() => onAudit('audit', recordAudit))

/** Fields of another user than the stand-in's that are laid over its own. */
const ADDED = ['phone_numbers', 'web3_wallets', 'enterprise_accounts', 'saml_accounts', 'locale', 'timezone']
/** What the stand-in has its own value for. */
const UNLIKE = /^(crm|username|given|family|image|first|google|account|label|public|unsafe|secret)/
const CALENDAR = 'https://www.googleapis.com/auth/calendar.readonly'
let run = 0
let canaries: string[]
let id: string
let accounts: string[]

const dump = () => dumpRedis(services.upstash.url, services.upstash.token)
const keys = async () => (await redis().insist('keys', (client) => client.keys('*'))).sort()
const found = async () => {
  const text = await dump()
  return canaries.filter((canary) => text.toLowerCase().includes(canary.toLowerCase()))
}

async function deliver(type: string, data: Record<string, unknown>, delivery = 'msg_1') {
  const secret = services.env.CLERK_WEBHOOK_SIGNING_SECRET ?? ''
  const response = await POST(webhookRequest(eventOf(type, data), { secret, id: `${delivery}_${run}` }))
  await Promise.all(tasks.splice(0))
  return response.status
}
const deletion = () => deliver('user.deleted', { id, object: 'user', deleted: true }, 'msg_deleted')

const command = { out: '', err: '' }
const forget = (...argv: string[]) =>
  ops(['forget', id, ...argv], {
    ...{ out: (text) => (command.out += text), err: (text) => (command.err += text), isTTY: false },
    ...{ stdin: async () => '', clock: systemClock, signal: new AbortController().signal },
  })

/** A person with a canary in every field, of whom everything is cached that can be. */
beforeEach(async () => {
  Object.assign(command, { out: '', err: '' })
  // The breaker may be open after the test before, and then there are no tokens.
  const ping = () => redis().run('ping', (client) => client.ping())
  await expect.poll(() => ping().catch(() => 'down')).toBe('PONG')
  const n = `zq${++run}x`
  const of = (field: string) => `${field}-${n}`
  const emails = [of('first'), of('second'), of('third')].map((name) => `${name}@canary.example`)
  const fields = ['username', 'given', 'family', 'crm', 'public', 'unsafe', 'private', 'image', 'label']
  canaries = [...fields.map(of), ...emails.map((email) => email.split('@')[0] ?? ''), 'canary.example']
  const [username, firstName, lastName, externalId, inPublic, inUnsafe, inPrivate, image, label] =
    fields.map(of)
  const user = services.clerk.createUser({
    ...{
      username: username ?? '',
      emails,
      externalId: externalId ?? '',
      firstName: firstName ?? '',
      lastName: lastName ?? '',
    },
    publicMetadata: { role: 'expert', note: inPublic },
    unsafeMetadata: { note: inUnsafe },
    privateMetadata: { note: inPrivate },
  })
  id = user.id
  accounts = ['a', 'b'].map(
    (at) =>
      services.clerk.connect(id, { email: `${of(`account${at}`)}@canary.example`, scopes: [CALENDAR] }).id,
  )
  // Every other field that a user can have, and its name where the value is not a person's.
  const whole: Record<string, unknown> = wholeUser(id, `${n}w`)
  const wholeFields = JSON.stringify(whole).match(new RegExp(`[a-z-]+-${n}w`, 'g')) ?? []
  canaries.push(...new Set(wholeFields.filter((field) => !UNLIKE.test(field))))
  between.alter(({ method, path, body }) => {
    if (method !== 'GET' || !path.includes('/users')) return undefined
    const altered = JSON.stringify(JSON.parse(body), (key, value) => {
      if (value?.object === 'user' && value.id === id)
        return { ...whole, ...value, ...Object.fromEntries(ADDED.map((field) => [field, whole[field]])) }
      if (key === 'image_url') return `https://img.example/${image}`
      return key === 'label' ? label : value
    })
    return { body: altered }
  })
  expect((await getCachedUserById(id))?.username).toBe(username)
  expect((await getCachedUserByUsername(username ?? ''))?.id).toBe(id)
  for (const email of emails) expect((await getCachedUserByEmail(email))?.id).toBe(id)
  expect((await getCachedUserByExternalId(externalId ?? ''))?.id).toBe(id)
  expect(await getCachedUserByUsername(`nobody-${firstName}`)).toBeNull()
  expect(await getCachedUserByEmail(`nobody-${firstName}@canary.example`)).toBeNull()
  expect((await getCachedPrivateMetadata(id))?.reveal()).toEqual({ note: inPrivate })
  await newUserById.fresh(id)
  await userIdsByRole('expert')
  expect((await getCachedOAuthToken(id, 'google')).status).toBe('account_ambiguous')
  for (const account of accounts)
    expect((await getCachedOAuthToken(id, 'google', { externalAccountId: account })).status).toBe('ok')
  expect((await getCachedOAuthToken(id, 'discord')).status).toBe('not_enabled')
  expect(await getConnectedIntegrations(id)).toMatchObject([{ status: 'connected' }])
  await overLimit({ name: 'calendar', calls: 60, seconds: 60 }, id)
  canaries.push(...services.clerk.issuedTokens().map((token) => token.slice(5, 25)))
  expect(await deliver('user.updated', { id: 'user_2somebody', username: `other-${username}` })).toBe(200)
  await flushAudit()
})

/** Keys that may still name the person: what is left holds no data of theirs but the ID. */
const left = async () => (await keys()).filter((key) => key.includes(id))

describe('after a deletion', () => {
  test('Redis had the person’s data, and has neither a name, an address, a token nor metadata', async () => {
    const before = await found()
    const sealed = [
      /^private-/,
      ...services.clerk.issuedTokens().map((token) => new RegExp(token.slice(5, 25))),
    ]
    const plain = canaries.filter((canary) => !sealed.some((one) => one.test(canary)))
    expect(plain.length).toBeGreaterThan(20)
    expect(before).toEqual(plain)
    expect(await deletion()).toBe(200)
    await flushAudit()
    expect(await found()).toEqual([])
    expect((await left()).filter((key) => !key.startsWith('ck:limit:'))).toEqual([`ck:g:user:${id}`])
  })

  test('no key led to a name or an address even before', async () => {
    const names = canaries.slice(0, -services.clerk.issuedTokens().length)
    expect((await keys()).filter((key) => names.some((name) => key.includes(name)))).toEqual([])
  })

  test('the trail and the delivery log have the ID alone', async () => {
    await deletion()
    await flushAudit()
    const text = await dump()
    expect(text).toContain('token.refresh')
    expect(
      JSON.parse(text)
        .flatMap(([key, value]: [string, unknown]) => (JSON.stringify(value).includes(id) ? [key] : []))
        .sort(),
    ).toEqual(['ck:audit', expect.stringMatching(/^ck:e:role/), 'ck:webhooks:log'])
  })

  test('nothing is left when the person’s own entry has expired long before the tokens', async () => {
    const own = (await keys()).filter((key) => /^ck:[esh]:user\./.test(key) && key.includes(id))
    expect(own.length).toBeGreaterThan(1)
    await redis().insist('unlink', (client) => client.unlink(...own))
    await deletion()
    expect(await found()).toEqual([])
    expect((await left()).filter((key) => /^ck:[eshi]:/.test(key))).toEqual([])
  })

  test('a load that was on its way stores nothing', async () => {
    const entries = (await keys()).filter((key) => /^ck:e:(user|token|integrations)\./.test(key))
    await redis().insist('unlink', (client) => client.unlink(...entries))
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    // The first script of a miss takes the lease, the second stores the value.
    const loaded = new Promise<void>((resolve) => {
      const before = () => {
        resolve()
        return held
      }
      services.upstash.faults.next({ only: ['evalsha'], skip: 1, before })
    })
    const read = userById.fresh(id)
    await loaded
    expect(await deletion()).toBe(200)
    release()
    expect((await read)?.id).toBe(id)
    expect(await found()).toEqual([])
  })

  test.each([
    ['the invalidation', { only: ['unlink'], reset: 'before' }],
    ['the marker', { only: ['evalsha'], reset: 'before' }],
    ['the list of entries', { only: ['zrange'], reset: 'before' }],
    ['the removal', { only: ['zrem'], reset: 'before' }],
  ] as const)(
    'a deletion of which Redis does not confirm %s is answered 503, and its next delivery removes everything',
    async (_, fault) => {
      services.upstash.faults.set({ ...fault, only: [...fault.only] })
      expect(await deletion()).toBe(503)
      services.upstash.faults.clear()
      expect(await deletion()).toBe(200)
      expect(await found()).toEqual([])
    },
  )

  test('other processes are told to drop what they hold', async () => {
    const announced: string[] = []
    processState().connect({ epoch: () => 1, announce: async (tags) => void announced.push(...tags) })
    await revokeUser(id)
    processState().connect(undefined)
    expect(announced).toEqual(expect.arrayContaining([`user:${id}`, `tokens:${id}`, `integrations:${id}`]))
  })
})

describe('ops forget', () => {
  test('removes the same of a person who exists, says what, and that they are cached again', async () => {
    expect(await forget()).toBe(0)
    expect(await found()).toEqual([])
    expect((await left()).filter((key) => !key.startsWith('ck:limit:'))).toEqual([])
    expect(command.out).toMatch(/email +3\n[\s\S]*token +4\n[\s\S]*user +1\n[\s\S]*caches them again/)
    expect(await userById(id)).toMatchObject({ id })
  })

  test('counts as JSON, and removes nothing twice', async () => {
    await forget('--json')
    expect(JSON.parse(command.out)).toMatchObject({ user: id, removed: { user: 1, username: 1, token: 4 } })
    command.out = ''
    await forget('--json')
    expect(JSON.parse(command.out)).toEqual({ user: id, removed: {} })
  })
})
