import { onePerProcess } from '../lookup/one-per-process'

type FindImpersonator = () => Promise<string | null>

const source = onePerProcess('impersonator', (): { find: FindImpersonator } => ({ find: async () => null }))

/** Says how to find out who impersonates the user of the request in progress. lib/auth does, from the session token. */
export function setImpersonator(find: FindImpersonator): void {
  source.find = find
}

/** The ID of whoever acts for the signed-in user of this request, by Clerk's impersonation; null for users themselves. */
export const currentImpersonator: FindImpersonator = () => source.find()
