import { createClerkClient } from '@clerk/backend'
import { type CachedUser, toCachedUser } from '@/lib/cache/cached-user'
import { record } from '@/lib/clerk/json'

let client: ReturnType<typeof createClerkClient> | undefined
/** Clerk's own client, as apps without a cache use it. */
export function clerk() {
  client ??= createClerkClient({
    secretKey: process.env.CLERK_SECRET_KEY ?? '',
    apiUrl: process.env.CLERK_API_URL ?? '',
  })
  return client
}

/** What the other caches keep: the same plain user that the kit keeps. */
export async function loadUser(id: string): Promise<CachedUser> {
  const { raw } = await clerk().users.getUser(id)
  return toCachedUser(record(JSON.parse(JSON.stringify(raw))))
}
