import { z } from 'zod'
import { requireCaller } from '@/lib/auth/caller.server'
import { invalidateTags } from '@/lib/cache/lookups'
import { tagOfIntegrations, tagOfTokens, tagOfUser } from '@/lib/cache/tags'
import { problemToShow } from '@/lib/http/problem-to-show'
import { overLimit } from '@/lib/http/rate-limit'

/** A person connects an account now and then. Each call costs Clerk several requests at the next reads. */
const LIMIT = { name: 'connected', calls: 3, seconds: 60 }

/** The pages that offer to connect an account. Nothing else may be named, so that no link can lead elsewhere. */
const page = z.enum(['/', '/account', '/calendar'])

/**
 * Where Clerk leads people after they have connected an account (`components/connect-button.tsx`). Clerk's webhook may be
 * later than they are, so this invalidates what is cached of their connections, and leads back to the page.
 */
export async function GET(request: Request): Promise<Response> {
  const back = page.safeParse(new URL(request.url).searchParams.get('back')).data ?? '/account'
  const headers = { location: back, 'cache-control': 'no-store' }
  try {
    const { userId } = await requireCaller()
    if ((await overLimit(LIMIT, userId)) === undefined)
      await invalidateTags([tagOfUser(userId), tagOfTokens(userId), tagOfIntegrations(userId)])
  } catch (error) {
    // The page says what is not responding. The webhook invalidates as well.
    problemToShow(error)
  }
  return new Response(null, { status: 303, headers })
}
