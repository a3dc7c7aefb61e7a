import { expect, test, vi } from 'vitest'
import { GET } from '@/app/api/calendar/token/route'

vi.mock('@clerk/nextjs/server', () => ({ auth: async () => ({ userId: null, sessionId: null }) }))

const digestOf = (error: unknown) => (error instanceof Error && 'digest' in error ? error.digest : error)

test('switched off the token route is a route that does not exist, for everybody', async () => {
  vi.stubEnv('CALENDAR_TOKEN_ROUTE', 'off')
  const answer = GET(new Request('http://localhost/api/calendar/token'))
  expect(await answer.catch(digestOf)).toBe('NEXT_HTTP_ERROR_FALLBACK;404')
})
