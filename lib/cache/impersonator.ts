import { word } from '../clerk/json'
import { insideNext, notConfigured } from '../env'
import { onePerProcess } from '../lookup/one-per-process'

type FindImpersonator = () => Promise<string | null>

/** A token must not go to somebody because it is unknown who they are. */
export const unknownImpersonator = () =>
  notConfigured([
    '  it is unknown whether somebody impersonates the user\n    import lib/auth/caller.server.ts where tokens are read, or pass `impersonator`: in a request `impersonatorOf(await auth({ treatPendingAsSignedOut: false }))`, in a job or a webhook null, and in a stream, a loader or `after()` of a page what was read before',
  ])

/** What Clerk's `auth()` says of the session of a request. */
interface Session {
  userId?: string | null | undefined
  sessionId?: string | null | undefined
  actor?: { sub?: unknown } | null | undefined
}

/**
 * The ID of the person who acts for the signed-in user, by what Clerk's `auth({ treatPendingAsSignedOut: false })` returned; null for users
 * themselves. `unknown` if it is not said who.
 * @throws ConfigurationError where it cannot be known whether there is one: nobody is signed in, as it also looks by default while a
 * session task is still to be done, or the token is one of a JWT template, which names no session
 */
export function impersonatorOf({ userId, sessionId, actor }: Session): string | null {
  if (!userId || !sessionId) throw unknownImpersonator()
  if (actor === undefined || actor === null) return null
  return word(actor.sub) ?? 'unknown'
}

/** Outside Next nobody is signed in. */
async function findNobody(): Promise<null> {
  if (!insideNext) return null
  throw unknownImpersonator()
}

const source = onePerProcess('impersonator', (): { find: FindImpersonator } => ({ find: findNobody }))

/** Says how to find out who impersonates the user of the request in progress. lib/auth does, from the session token. */
export function setImpersonator(find: FindImpersonator): void {
  source.find = find
}

/** The ID of the person who acts for the signed-in user of this request, by Clerk's impersonation; null for users themselves. */
export const currentImpersonator: FindImpersonator = () => source.find()
