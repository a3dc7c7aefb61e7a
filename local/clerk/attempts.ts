import type { Context } from 'hono'
import { type SignIn, type SignUp, signInJson, signUpJson } from './attempts-json'
import type { BrowserSessions } from './browser-session'
import { ClerkError, invalidParam, notFound, taken } from './errors'
import { identifiers } from './identifiers'
import type { Client, User } from './records'
import { newId, type State } from './state'

/** The code in every e-mail that Clerk would send. It is the one that Clerk itself accepts for test addresses. */
export const CODE = '424242'

interface Parts {
  state: State
  browsers: BrowserSessions
  url: string
  on: (method: string, path: string, answer: (context: Context) => Promise<Response>) => void
  describeClient: (client: Client | undefined) => Promise<Record<string, unknown> | null>
}

const codeIncorrect = () => invalidParam('code', 'Incorrect code', 'form_code_incorrect')

/** The endpoints of Clerk's sign-in and sign-up components: by e-mail address and code, or by a ticket. */
export function addAttempts({ state, browsers, url, on, describeClient }: Parts) {
  const signIns = new Map<string, SignIn>()
  const signUps = new Map<string, SignUp>()

  const textOf = async (context: Context) => {
    const body = await context.req.parseBody()
    return (name: string) => {
      const value = body[name]
      return typeof value === 'string' && value !== '' ? value : undefined
    }
  }

  const clientFor = (context: Context) => browsers.clientOf(context) ?? state.openClient()

  async function answer(context: Context, client: Client, response: object) {
    await browsers.setCookies(context, client)
    return context.json({ response, client: await describeClient(client) })
  }

  const showSignIn = (context: Context, client: Client, attempt: SignIn) =>
    answer(context, client, signInJson(attempt, url, state.now()))
  const showSignUp = (context: Context, client: Client, attempt: SignUp) =>
    answer(context, client, signUpJson(attempt, state.now()))

  function attemptOf<Attempt extends { id: string; clientId: string }>(
    attempts: Map<string, Attempt>,
    context: Context,
  ): { attempt: Attempt; client: Client } {
    const client = browsers.clientOf(context)
    const attempt = attempts.get(context.req.param('id') ?? '')
    if (!client || attempt?.clientId !== client.id) throw notFound('attempt', context.req.param('id') ?? '')
    return { attempt, client }
  }

  const userNamed = (name: string): User | undefined =>
    [...state.users.values()].find(
      (user) =>
        user.username === name.toLowerCase() ||
        user.emails.some(({ address }) => address === name.toLowerCase()),
    )

  function complete(attempt: SignIn | SignUp, client: Client, userId: string) {
    attempt.status = 'complete'
    attempt.sessionId = state.signIn(userId, client).session.id
  }

  on('POST', '/v1/client/sign_ins', async (context) => {
    const text = await textOf(context)
    const ticket = text('ticket')
    const identifier = text('identifier')
    const user = ticket ? state.users.get(ticket) : identifier && userNamed(identifier)
    if ((ticket || identifier) && !user)
      throw invalidParam('identifier', "Couldn't find your account.", 'form_identifier_not_found')
    const client = clientFor(context)
    const attempt: SignIn = {
      ...{ id: newId('sia'), clientId: client.id, user: user || undefined, identifier: identifier ?? null },
      ...{ status: user ? 'needs_first_factor' : 'needs_identifier', isPrepared: false, sessionId: null },
    }
    signIns.set(attempt.id, attempt)
    if (ticket && user) complete(attempt, client, user.id)
    return showSignIn(context, client, attempt)
  })
  on('GET', '/v1/client/sign_ins/:id', async (context) => {
    const { attempt, client } = attemptOf(signIns, context)
    return showSignIn(context, client, attempt)
  })
  on('POST', '/v1/client/sign_ins/:id/prepare_first_factor', async (context) => {
    const { attempt, client } = attemptOf(signIns, context)
    attempt.isPrepared = true
    return showSignIn(context, client, attempt)
  })
  on('POST', '/v1/client/sign_ins/:id/attempt_first_factor', async (context) => {
    const { attempt, client } = attemptOf(signIns, context)
    const text = await textOf(context)
    if (!attempt.user || text('code') !== CODE) throw codeIncorrect()
    complete(attempt, client, attempt.user.id)
    return showSignIn(context, client, attempt)
  })

  on('POST', '/v1/client/sign_ups', async (context) => {
    const text = await textOf(context)
    const email = text('email_address')
    const emailAddress = email ? identifiers(state.users.values()).email(email) : null
    const client = clientFor(context)
    const attempt: SignUp = {
      ...{ id: newId('sua'), clientId: client.id, userId: null, sessionId: null, emailAddress },
      ...{ status: 'missing_requirements', isPrepared: false },
      firstName: text('first_name') ?? null,
      lastName: text('last_name') ?? null,
    }
    signUps.set(attempt.id, attempt)
    return showSignUp(context, client, attempt)
  })
  on('PATCH', '/v1/client/sign_ups/:id', async (context) => {
    const { attempt, client } = attemptOf(signUps, context)
    const text = await textOf(context)
    const email = text('email_address')
    if (email) attempt.emailAddress = identifiers(state.users.values()).email(email)
    attempt.firstName = text('first_name') ?? attempt.firstName
    attempt.lastName = text('last_name') ?? attempt.lastName
    return showSignUp(context, client, attempt)
  })
  on('GET', '/v1/client/sign_ups/:id', async (context) => {
    const { attempt, client } = attemptOf(signUps, context)
    return showSignUp(context, client, attempt)
  })
  on('POST', '/v1/client/sign_ups/:id/prepare_verification', async (context) => {
    const { attempt, client } = attemptOf(signUps, context)
    attempt.isPrepared = true
    return showSignUp(context, client, attempt)
  })
  on('POST', '/v1/client/sign_ups/:id/attempt_verification', async (context) => {
    const { attempt, client } = attemptOf(signUps, context)
    const text = await textOf(context)
    if (attempt.status === 'complete')
      throw new ClerkError(400, 'verification_already_verified', 'already verified')
    if (!attempt.emailAddress || text('code') !== CODE) throw codeIncorrect()
    if (userNamed(attempt.emailAddress)) throw taken('email_address')
    const { firstName, lastName } = attempt
    attempt.userId = state.createUser({ emails: [attempt.emailAddress], firstName, lastName }).id
    complete(attempt, client, attempt.userId)
    return showSignUp(context, client, attempt)
  })

  const last = <Attempt extends { clientId: string; status: string }>(
    attempts: Map<string, Attempt>,
    client: Client,
  ) =>
    [...attempts.values()]
      .filter(({ clientId, status }) => clientId === client.id && status !== 'complete')
      .at(-1)

  /** The attempts that a browser has not completed, as a part of its client. */
  return (client: Client) => {
    const [signIn, signUp] = [last(signIns, client), last(signUps, client)]
    return {
      sign_in: signIn ? signInJson(signIn, url, state.now()) : null,
      sign_up: signUp ? signUpJson(signUp, state.now()) : null,
    }
  }
}
