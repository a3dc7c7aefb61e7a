import { expect, test, vi } from 'vitest'
import { GET } from '@/app/api/calendar/token/route'
import { people } from '../../../../local/seed'
import { sessionOf } from '../../../support/session'

let session: object
vi.mock('@clerk/nextjs/server', () => ({ auth: async () => session }))

const digestOf = (error: unknown) => (error instanceof Error && 'digest' in error ? error.digest : error)

test.each([
  ['nobody', { userId: null, sessionId: null }],
  ['a member', sessionOf(people.member)],
  ['an admin', sessionOf(people.admin)],
])('switched off the token route is a route that does not exist, for everybody: %s', async (_, of) => {
  session = of
  vi.stubEnv('CALENDAR_TOKEN_ROUTE', 'off')
  const answer = GET(new Request('http://localhost/api/calendar/token'))
  expect(await answer.catch(digestOf)).toBe('NEXT_HTTP_ERROR_FALLBACK;404')
})
