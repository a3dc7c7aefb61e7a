import * as nextCache from 'next/cache'
import { headers } from 'next/headers'
import { unstable_rethrow } from 'next/navigation'
import { after, connection } from 'next/server'
import { cache } from 'react'
import type { Priority } from '../priority'
import { safe } from '../slot'
import type { Runtime } from './runtime'

/** Next 15 has no `updateTag`, another name for `cacheTag`, and a `revalidateTag` that always expires at once. */
interface CacheOfNext {
  cacheTag?(...tags: string[]): void
  unstable_cacheTag?(...tags: string[]): void
  updateTag?(tag: string): void
  revalidateTag(tag: string, profile: { expire: number }): void
}

const { cacheTag, unstable_cacheTag, updateTag, revalidateTag }: CacheOfNext = nextCache

/** The state of one server render. */
interface Render {
  found: boolean
  /** Whether it renders the output of a "use cache" function, which React renders apart. */
  cached?: boolean
  /** Set once the render is known to be part of a request. */
  entered?: Promise<void>
}

/** React gives the same object throughout a render, and a new one for each call outside of one. */
const reactScope = cache((): Render => ({ found: false }))

function currentRender(): Render | undefined {
  const render = reactScope()
  if (render.found) return render
  if (reactScope() !== render) return undefined
  render.found = true
  return render
}

/** Whether a function of Next can be called here: each throws where it has no meaning. */
function works(call: () => void): boolean {
  try {
    call()
    return true
  } catch {
    return false
  }
}

/** Adds the tags to the output of "use cache"; false anywhere else. */
function tagCachedOutput(tags: readonly string[]): boolean {
  const tag = cacheTag ?? unstable_cacheTag
  // Hashed when long, because Next takes no tag over 256 characters.
  return tag !== undefined && works(() => tag(...tags.map(safe)))
}

/** Renders that were found to be part of a request, and requests outside of a render. */
const entered = new WeakSet<object>()

/** Excludes the rest from prerendered output; rethrows what Next throws to stop a render. */
async function leavePrerender(render: Render) {
  try {
    render.entered ??= connection()
  } catch (error) {
    // Inside `unstable_cache`, and in an `after()` of a render, it throws and there is nothing to wait for.
    unstable_rethrow(error)
  }
  await render.entered
  if (render.entered) entered.add(render)
}

/** Requests outside a render that have been awaited once, by the promise that Next gives for their headers. */
const known = new WeakMap<object, object>()

/** The request of a route handler or server action, if it was awaited before: Next gives the same promise again. */
function knownRequest(): object | undefined {
  try {
    return known.get(headers())
  } catch {
    // Outside a request; or Next stops a prerender, which it does again when the headers are awaited.
    return undefined
  }
}

/** The object that stands for this request: Next returns the same one throughout it. Makes a route handler dynamic. */
async function currentRequest(): Promise<object | undefined> {
  try {
    const promise = headers()
    const request = await promise
    known.set(promise, request)
    entered.add(request)
    return request
  } catch (error) {
    unstable_rethrow(error)
    return undefined
  }
}

async function priorityOfRequest(isSignedIn: (headers: Headers) => boolean): Promise<Priority> {
  // "use cache" makes an output for everybody, and Next fails a request that reads its headers there.
  if (currentRender()?.cached) return 'normal'
  try {
    return isSignedIn(await headers()) ? 'high' : 'normal'
  } catch {
    // Outside a request, in `unstable_cache`, and in the `after()` of a render.
    return 'normal'
  }
}

/**
 * Next's server: pages, route handlers, server actions, `after()` and "use cache". `isSignedIn` tells from the headers of
 * a request whether somebody is signed in. Without it everybody counts as signed in.
 */
export function createNextRuntime(isSignedIn?: (headers: Headers) => boolean): Runtime {
  return {
    current: () => currentRender() ?? knownRequest(),
    isEntered: (request) => entered.has(request),
    async enter(tags) {
      const render = currentRender()
      if (!render) return { request: knownRequest() ?? (await currentRequest()), cached: false }
      if (render.cached !== false) render.cached = tagCachedOutput(tags)
      if (!render.cached) await leavePrerender(render)
      return { request: render, cached: render.cached }
    },
    ...(isSignedIn && { priority: () => priorityOfRequest(isSignedIn) }),
    after(task) {
      // Outside a request there is nothing to wait for.
      if (!works(() => after(task))) void task()
    },
    async invalidated(tags) {
      const outsideActions = tags.map(safe).filter((tag) => !updateTag || !works(() => updateTag(tag)))
      // `expire: 0`, because a profile would serve the old value once more.
      const revalidate = () => outsideActions.filter((tag) => works(() => revalidateTag(tag, { expire: 0 })))
      // Once more after the response: Next drops it if the route handler throws or ends in `notFound()`.
      if (revalidate().length > 0) works(() => after(() => void revalidate()))
      return currentRender() ?? currentRequest().catch(() => undefined)
    },
  }
}
