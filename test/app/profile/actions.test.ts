import { describe, expect, test, vi } from 'vitest'
import { saveProfile } from '@/app/profile/actions'
import { useServices } from '../../support/services'
import { sessionOf } from '../../support/session'

const services = useServices({ performanceClock: true })
let userId: string | null = null
let sessionId: string | null = 'sess_1'

vi.mock('@clerk/nextjs/server', () => ({
  auth: async () => ({ ...sessionOf(userId), ...(!sessionId && { sessionId }) }),
}))

const valid = { firstName: 'Ada', lastName: 'Byron', setup: 'complete' }

function save(changes: Partial<typeof valid> = {}) {
  const form = new FormData()
  for (const [name, value] of Object.entries({ ...valid, ...changes })) form.set(name, value)
  return saveProfile({ status: 'idle', message: '' }, form)
}

const signIn = () => {
  userId = services.clerk.createUser({ emails: [`u${services.clerk.users().length}@example.com`] }).id
}

describe('saving a profile', () => {
  test('writes the name of the signed-in user to Clerk', async () => {
    signIn()
    expect(await save()).toEqual({ status: 'saved', message: 'Saved.' })
    expect(services.clerk.users().find(({ id }) => id === userId)).toMatchObject({
      firstName: 'Ada',
      lastName: 'Byron',
    })
  })

  test('marks a blank name, keeps what was entered, and writes nothing', async () => {
    signIn()
    expect(await save({ firstName: '  ' })).toEqual({
      status: 'refused',
      message: 'Not saved. Correct the marked fields.',
      errors: { firstName: ['Enter a first name.'] },
      entered: { ...valid, firstName: '  ' },
    })
    const routes = Object.keys(services.clerk.requests().byRoute)
    expect(routes.filter((route) => route.startsWith('PATCH'))).toEqual([])
  })

  test('asks a visitor to sign in', async () => {
    userId = null
    expect(await save()).toEqual({
      status: 'refused',
      message: 'You are not signed in. Sign in, then try again.',
      entered: valid,
    })
  })

  test.each([
    ['nothing', null],
    ['text', 'firstName=Ada'],
    ['a number', 7],
    ['an object', valid],
    ['a map with a value that is no field', new Map([['firstName', { length: 3 }]])],
  ])('is refused when %s comes in place of the form, to whoever sends it', async (_, sent) => {
    const call = () => saveProfile({ status: 'idle', message: '' }, sent as unknown as FormData)
    signIn()
    expect(await call()).toMatchObject({ status: 'refused', message: expect.stringContaining('Not saved') })
    userId = null
    expect(await call()).toMatchObject({ status: 'refused', message: expect.stringContaining('Sign in') })
  })

  test('is refused while Redis cannot say whether the session was revoked, and nothing is written', async () => {
    signIn()
    services.upstash.faults.set({ reset: 'before' })
    services.clerk.resetRequests()
    expect(await save()).toMatchObject({
      status: 'refused',
      message: expect.stringContaining('it is unknown whether your session was revoked'),
      entered: valid,
    })
    expect(services.clerk.requests().total).toBe(0)
    services.upstash.faults.clear()
  })

  test('is refused with a token that belongs to no session, because nothing could end it', async () => {
    signIn()
    sessionId = null
    expect(await save()).toMatchObject({ status: 'refused', entered: valid })
    sessionId = 'sess_1'
    expect(await save()).toMatchObject({ status: 'saved' })
  })

  test('is limited for each user, before Clerk limits it: nothing that was entered is lost', async () => {
    signIn()
    services.clerk.faults.limit({ requests: 1000, updatesPerUser: 10 })
    const results = []
    for (let i = 0; i < 12; i++) results.push(await save())
    const refused = results.filter(({ status }) => status === 'refused')
    expect(refused.length).toBeGreaterThan(0)
    for (const result of refused)
      expect(result).toEqual({
        status: 'refused',
        message: expect.stringMatching(/^You’ve tried this too often\. Try again in \d+ seconds?\.$/),
        entered: valid,
      })
    signIn()
    expect(await save()).toMatchObject({ status: 'saved' })
  })

  test('says for how long to wait when Clerk has had too many requests', async () => {
    signIn()
    services.clerk.faults.add({ status: 429, retryAfter: 1 })
    expect(await save()).toMatchObject({
      status: 'refused',
      message: 'Clerk is busy. Try again in 1 second.',
    })
  })
})
