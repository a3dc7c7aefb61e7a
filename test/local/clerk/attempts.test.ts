import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ClerkStandIn, startClerk } from '../../../local/clerk/server'
import { people, seed } from '../../../local/seed'

const APP = 'http://localhost:3000'
const CODE = '424242'
let clerk: ClerkStandIn

beforeEach(async () => {
  clerk = await startClerk({ appUrl: APP, seed })
})
afterEach(() => clerk.close())

/** A browser on a page of the app, as far as Clerk's Frontend API sees it. */
function browserAt(origin = APP) {
  let cookie = ''
  return async function send(path: string, form: Record<string, string> = {}) {
    const response = await fetch(`${clerk.url}/fapi/v1/client${path}`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { origin, cookie },
    })
    const [client] = response.headers.getSetCookie().filter((line) => line.startsWith('__client='))
    if (client) cookie = client.split(';')[0] ?? ''
    const { response: attempt, client: described, errors } = await response.json()
    const [{ code, message } = {} as Record<string, string>] = errors ?? []
    return { status: response.status, attempt, client: described, code, message }
  }
}

describe('signing in', () => {
  it.each(['mia@example.com', 'Mia@Example.com', 'mia-moreau'])(
    'takes %s and the code',
    async (identifier) => {
      const send = browserAt()
      const { attempt } = await send('/sign_ins', { identifier })
      expect(attempt.supported_first_factors).toMatchObject([
        { strategy: 'email_code', safe_identifier: 'mia@example.com' },
      ])
      await send(`/sign_ins/${attempt.id}/prepare_first_factor`, { strategy: 'email_code' })
      const done = await send(`/sign_ins/${attempt.id}/attempt_first_factor`, {
        strategy: 'email_code',
        code: CODE,
      })
      expect(done.attempt.status).toBe('complete')
      expect(done.client.last_active_session_id).toBe(done.attempt.created_session_id)
      expect(clerk.sessions()).toMatchObject([{ userId: people.member, status: 'active' }])
    },
  )

  it('takes the ID of a user as a ticket', async () => {
    const done = await browserAt()('/sign_ins', { strategy: 'ticket', ticket: people.admin })
    expect(done.attempt.status).toBe('complete')
    expect(clerk.sessions()).toMatchObject([{ userId: people.admin }])
  })

  it('refuses a wrong code, an unknown person, and the attempt of another browser', async () => {
    const send = browserAt()
    const { attempt } = await send('/sign_ins', { identifier: 'mia@example.com' })
    const path = `/sign_ins/${attempt.id}/attempt_first_factor`
    expect(await send(path, { code: '000000' })).toMatchObject({ status: 422, code: 'form_code_incorrect' })
    expect(await browserAt()(path, { code: CODE })).toMatchObject({ status: 404, code: 'resource_not_found' })
    const unknown = await send('/sign_ins', { identifier: 'nobody@example.com' })
    expect(unknown).toMatchObject({ status: 422, code: 'form_identifier_not_found' })
    expect(clerk.sessions()).toEqual([])
  })

  it('is refused on the page of another origin', async () => {
    const sent = await browserAt('https://elsewhere.example.com')('/sign_ins', {
      strategy: 'ticket',
      ticket: people.admin,
    })
    expect(sent).toMatchObject({ status: 400, code: 'origin_invalid' })
    expect(clerk.sessions()).toEqual([])
  })
})

describe('signing up', () => {
  it('makes a user who is signed in, once the code was entered', async () => {
    const send = browserAt()
    const { attempt } = await send('/sign_ups', { email_address: 'New@Example.com', first_name: 'Nia' })
    expect(attempt).toMatchObject({ status: 'missing_requirements', unverified_fields: ['email_address'] })
    const isThere = () => clerk.users().filter(({ emails }) => emails[0]?.address === 'new@example.com')
    await send(`/sign_ups/${attempt.id}/prepare_verification`, { strategy: 'email_code' })
    const path = `/sign_ups/${attempt.id}/attempt_verification`
    expect(await send(path, { code: '000000' })).toMatchObject({ status: 422, code: 'form_code_incorrect' })
    expect(isThere()).toEqual([])
    const done = await send(path, { strategy: 'email_code', code: CODE })
    expect(isThere()).toMatchObject([{ id: done.attempt.created_user_id, firstName: 'Nia' }])
    expect(clerk.sessions()).toMatchObject([{ id: done.attempt.created_session_id, status: 'active' }])
    expect(await send(path, { code: CODE })).toMatchObject({
      status: 400,
      code: 'verification_already_verified',
    })
  })

  it('refuses an address that is taken, also one that was taken since', async () => {
    const send = browserAt()
    const taken = { status: 422, code: 'form_identifier_exists' }
    // People read it below the field.
    const message = 'That email address is taken. Please try another.'
    expect(await send('/sign_ups', { email_address: 'mia@example.com' })).toMatchObject({ ...taken, message })
    const { attempt } = await send('/sign_ups', { email_address: 'new@example.com' })
    clerk.createUser({ emails: ['new@example.com'] })
    expect(await send(`/sign_ups/${attempt.id}/attempt_verification`, { code: CODE })).toMatchObject(taken)
  })
})

describe('the scripts for browsers', () => {
  it('are Clerk’s own, with the people for one click added to that of the components', async () => {
    const script = await (await fetch(clerk.env.NEXT_PUBLIC_CLERK_UI_URL ?? '')).text()
    expect(script).toContain('__internal_ClerkUICtor')
    expect(script).toContain(`${clerk.url}`)
    expect((await fetch(`${clerk.url}/clerk-ui/no-such.js`)).status).toBe(404)
    expect((await fetch(`${clerk.url}/clerk-ui/..%2Fpackage.json`)).status).toBe(404)
  })

  it('the people of a kind of whom there are many are folded behind the first of them', async () => {
    const page = await (await fetch(`${clerk.url}/people`)).text()
    const folded = page.match(/<details>.*?<\/details>/gs)?.join() ?? ''
    expect(folded).toContain('Chiara Rossi')
    expect(page.replace(folded, '')).toContain('Bruno Keller')
    expect(folded).not.toContain('Mia Moreau')
  })

  it('somebody without a name has a picture with the first letter of the username', async () => {
    const { id } = clerk.createUser({ username: 'nameless', emails: [] })
    expect(await (await fetch(`${clerk.url}/avatars/${id}.svg`)).text()).toContain('>N</text>')
  })

  it('the people may be read by the app only', async () => {
    const { headers } = await fetch(`${clerk.url}/people`)
    expect(headers.get('access-control-allow-origin')).toBe(APP)
  })
})
