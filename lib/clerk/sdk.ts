import { createClerkClient } from '@clerk/backend'
import { z } from 'zod'
import { clerkSettings } from '../config'
import { ClerkError } from './error'
import { clerkRequest } from './request'
import { secondsOf } from './retry-after'

type Client = ReturnType<typeof createClerkClient>

let client: Client | undefined

/**
 * Writes through Clerk's Backend SDK. Not `clerkClient()`: that reads `headers()`, which scripts and "use cache" do not
 * have. `operation` names the request in events.
 * @throws ClerkError
 */
export function clerk<T>(operation: string, use: (client: Client) => Promise<T>): Promise<T> {
  client ??= createClerkClient({
    secretKey: clerkSettings().CLERK_SECRET_KEY,
    apiUrl: clerkSettings().CLERK_API_URL,
    telemetry: { disabled: true },
  })
  const sdk = client
  return clerkRequest(operation, () =>
    use(sdk).catch((error: unknown) => {
      throw asClerkError(error) ?? error
    }),
  )
}

/** The shape of `ClerkAPIResponseError`. The function that checks for its class is elsewhere in Clerk 6 than in 7. */
const responseError = z.object({
  clerkError: z.literal(true),
  status: z.number().optional(),
  retryAfter: z.unknown().optional(),
  errors: z.array(z.object({ code: z.string() })),
})

function asClerkError(error: unknown): ClerkError | undefined {
  const { data } = responseError.safeParse(error)
  if (!data) return undefined
  const codes = data.errors.map(({ code }) => code)
  return new ClerkError(data.status || undefined, secondsOf(data.retryAfter), codes)
}
