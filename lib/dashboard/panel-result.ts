import { RedisError, type RedisFailure } from '../lookup/redis/client'

/** What a panel shows, and when it was so; or why Redis did not say. Milliseconds since 1970. */
export type Section<T> = { at: number; data: T } | { at: number; unavailable: RedisFailure }

/** What `read` finds, or that Redis is out. */
export async function section<T>(read: () => Promise<T>): Promise<Section<T>> {
  try {
    const data = await read()
    return { at: Date.now(), data }
  } catch (error) {
    if (!(error instanceof RedisError)) throw error
    return { at: Date.now(), unavailable: error.reason }
  }
}
