import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * Runs a function outside the request that called it. Inside one, Next patches `fetch`: a render answers a second
 * identical GET from its memory, and a prerender rejects what is still under way when it ends. Neither may happen to a
 * load that other requests share.
 */
export const outside = AsyncLocalStorage.snapshot()
