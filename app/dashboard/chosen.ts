import type { CachedUser } from '@/lib/cache/clerk-cache'

/** Whom the page's address asks for, and who that is. */
export type Chosen = { asked: string | undefined; user: CachedUser | null }
