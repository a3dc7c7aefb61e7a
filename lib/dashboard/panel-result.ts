import { RedisError, type RedisFailure } from '../lookup/redis/failures'

/** Milliseconds for which all open dashboards share one read of a panel. */
export const SHARED_MS = 4_000

/** What a panel shows and when it was read, or why Redis did not answer. `at` is in milliseconds since the epoch. */
export type PanelResult<T> = { at: number; data: T } | { at: number; unavailable: RedisFailure }

/** The data of `read`, or that Redis did not answer. */
export async function panelResult<T>(read: () => Promise<T>): Promise<PanelResult<T>> {
  try {
    const data = await read()
    return { at: Date.now(), data }
  } catch (error) {
    if (!(error instanceof RedisError)) throw error
    return { at: Date.now(), unavailable: error.reason }
  }
}
