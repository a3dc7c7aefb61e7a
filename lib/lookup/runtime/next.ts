import { cacheTag, revalidateTag, updateTag } from 'next/cache'
import { headers } from 'next/headers'
import { unstable_rethrow } from 'next/navigation'
import { after, connection } from 'next/server'
import { safe } from '../keys'
import type { Host } from './runtime'

/**
 * The tags of an answer given inside "use cache", which its output then carries; false anywhere else.
 * Asked first, because `connection()` there fails the render even if its error is caught.
 */
function insideUseCache(tags: readonly string[]): boolean {
  try {
    // Hashed when long, as Next takes no tag over 256 characters.
    cacheTag(...tags.map(safe))
    return true
  } catch {
    return false
  }
}

/** Keeps what follows out of prerendered output; passes on what Next throws to stop a render. */
async function leavePrerender() {
  let waited: Promise<void> | undefined
  try {
    waited = connection()
  } catch (error) {
    // Outside Next, and in an `after()` scheduled by a render, it throws and there is nothing to wait for.
    unstable_rethrow(error)
  }
  await waited
}

/** The object that stands for this request: Next gives the same one to every part of it. */
async function currentRequest(): Promise<object | undefined> {
  try {
    return await headers()
  } catch (error) {
    unstable_rethrow(error)
    return undefined
  }
}

/** Next's server: pages, route handlers, server actions, `after()` and "use cache". */
export function createNextRuntime(): Host {
  return {
    async enter(tags) {
      if (insideUseCache(tags)) return { request: undefined, cached: true }
      await leavePrerender()
      return { request: await currentRequest(), cached: false }
    },
    after(task) {
      try {
        after(task)
      } catch {
        // Outside a request.
        void task()
      }
    },
    async invalidated(tags) {
      for (const tag of tags.map(safe)) {
        try {
          updateTag(tag)
        } catch {
          try {
            // Not in an action. `expire: 0`, because a profile would serve the old value once more.
            revalidateTag(tag, { expire: 0 })
          } catch {
            // Rendering, or outside Next: nothing there that could be told.
          }
        }
      }
      return currentRequest().catch(() => undefined)
    },
  }
}
