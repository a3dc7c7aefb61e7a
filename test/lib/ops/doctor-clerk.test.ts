import { afterAll, expect, test } from 'vitest'
import { checks } from '@/lib/ops/doctor-checks'
import { type Between, startBetween } from '../../support/clerk-in-between'
import { useServices } from '../../support/services'

let between: Between
const services = useServices({
  async env() {
    between = await startBetween(() => services.env.CLERK_API_URL ?? '')
    return { CLERK_API_URL: between.url }
  },
})
afterAll(() => between.close())

const check = () => checks.find(({ name }) => name === 'Clerk')?.check()

test.each(['<h1>Welcome</h1>', '{}', 'null'])(
  'the doctor does not take a portal for Clerk: %s',
  async (body) => {
    expect(await check()).toMatchObject({ state: 'ok' })
    between.alter(() => ({ status: 200, body }))
    expect(await check()).toMatchObject({
      ...{ state: 'fail', result: 'answers with 200' },
      fix: expect.stringMatching(/^Check CLERK_API_URL/),
    })
    between.alter()
  },
)
