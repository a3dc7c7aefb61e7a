import { z } from 'zod'
import { originSettings } from '../auth/origins'
import { opsSettings } from '../auth/settings'
import { keySettings } from '../cache/key-ring'
import { pathOrAddress, tokenSettings } from '../cache/tokens/settings'
import { googleSettings } from '../calendar/settings'
import { limitSettings } from '../clerk/budget'
import { readJwtKey } from '../clerk/jwt-key'
import { cacheSettings, clerkSettings, givenRedis, redisSettings } from '../config'
import { defineSettings, type Source, settingsSource, variable } from '../env'
import { providerSettings } from '../integrations/settings'
import { logSettings } from '../telemetry/settings'
import { recordSettings, webhookSettings } from '../webhooks/settings'

/** True where Next leaves SIGTERM and SIGINT to the app. Has to be set before Next starts. */
export const handlesSignals = Boolean(settingsSource().NEXT_MANUAL_SIG_HANDLE)

/** True in a build, false in `next dev`, and in scripts and tests that do not set NODE_ENV. */
export const inProduction = process.env.NODE_ENV === 'production'

function isPublicKey(pem: string): boolean {
  try {
    return readJwtKey(pem).asymmetricKeyType === 'rsa' && pem.includes('-----BEGIN PUBLIC KEY-----')
  } catch {
    return false
  }
}

/** What Clerk's Next SDK and the middleware read by themselves. */
export const appSettings = defineSettings({
  NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: variable(
    z.string().regex(/^pk_(test|live)_./, 'must start with pk_test_ or pk_live_'),
    "Clerk's publishable key, from the dashboard under API keys",
    'pk_test_Y2xlcmsuZXhhbXBsZS5jb20k',
  ),
  CLERK_JWT_KEY: variable(
    z
      .string()
      .refine(isPublicKey, 'must be the whole PEM that begins with -----BEGIN PUBLIC KEY-----')
      .optional(),
    "Clerk's public key, for which each process otherwise asks Clerk",
    '"-----BEGIN PUBLIC KEY-----…"',
  ),
  NEXT_PUBLIC_CLERK_SIGN_IN_URL: variable(
    pathOrAddress.optional(),
    "the sign-in page, where it is not Clerk's own",
    '/sign-in',
  ),
  NEXT_PUBLIC_CLERK_SIGN_UP_URL: variable(
    pathOrAddress.optional(),
    "the sign-up page, where it is not Clerk's own",
    '/sign-up',
  ),
})

/** Keys of two instances of Clerk. A secret key would not verify the sessions that the browser gets. */
function differentKeys(source: Source): string[] {
  const [published, secret] = [source.NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY, source.CLERK_SECRET_KEY].map(
    (key) => /^[ps]k_(test|live)_/.exec(key ?? '')?.[1],
  )
  if (!published || !secret || published === secret) return []
  return [
    `  CLERK_SECRET_KEY is of a ${secret} instance, NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY of a ${published} instance\n    to fix it: copy both from the same instance in the Clerk dashboard, under API keys`,
  ]
}

/**
 * Everything that is wrong with the settings of all parts. Each part checks its own again when it is used, so that an
 * app without a part needs none of its settings.
 */
export const settingsProblems = (source: Source = settingsSource()): string[] => [
  ...differentKeys(source),
  ...[
    appSettings,
    originSettings,
    clerkSettings,
    limitSettings,
    ...(givenRedis() ? [] : [redisSettings]),
    cacheSettings,
    tokenSettings,
    webhookSettings,
    recordSettings,
    keySettings,
    opsSettings,
    googleSettings,
    providerSettings,
    logSettings,
  ].flatMap((settings) => settings.problems(source)),
]
