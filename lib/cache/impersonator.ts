import { insideNext, notConfigured } from '../env'
import { onePerProcess } from '../lookup/one-per-process'

type FindImpersonator = () => Promise<string | null>

/** A token must not go to somebody because it is unknown who they are. */
export const unknownImpersonator = () =>
  notConfigured([
    '  it is unknown whether somebody impersonates the user\n    import lib/auth/caller.server.ts where tokens are read, or pass `impersonator`: null in a job or a webhook, and in a stream, a loader or `after()` of a page what was read before',
  ])

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
