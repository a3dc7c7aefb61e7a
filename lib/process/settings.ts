import { z } from 'zod'
import { opsSettings } from '../auth/settings'
import { keySettings } from '../cache/key-ring'
import { googleSettings } from '../calendar/settings'
import { cacheSettings, clerkSettings, givenRedis, redisSettings } from '../config'
import { defineSettings, pathOrAddress, variable } from '../env'
import { logSettings } from '../telemetry/settings'
import { webhookSettings } from '../webhooks/settings'

const isOrigin = (text: string) =>
  /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text

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
      .refine(
        (pem) => pem.includes('-----BEGIN PUBLIC KEY-----'),
        'must be a PEM that begins with -----BEGIN PUBLIC KEY-----',
      )
      .optional(),
    'lets the middleware verify sessions without a request to Clerk for its keys',
    '"-----BEGIN PUBLIC KEY-----…"',
  ),
  APP_ORIGINS: variable(
    z
      .string()
      .refine(
        (list) => list.split(',').every((one) => isOrigin(one.trim())),
        'must be origins such as https://example.com, without a path, comma separated',
      )
      .optional(),
    'the origins of this app: session tokens that Clerk has made for another one are refused',
    'https://example.com,https://www.example.com',
  ),
  NEXT_PUBLIC_CLERK_SIGN_IN_URL: variable(
    pathOrAddress.optional(),
    "the sign-in page, where it is not Clerk's own",
    '/sign-in',
  ),
})

/**
 * Everything that is wrong with the settings of all parts. Each part checks its own again when it is used, so that an
 * app without a part needs none of its settings.
 */
export const settingsProblems = (source?: Readonly<Record<string, string | undefined>>): string[] =>
  [
    appSettings,
    clerkSettings,
    ...(givenRedis() ? [] : [redisSettings]),
    cacheSettings,
    webhookSettings,
    keySettings,
    opsSettings,
    googleSettings,
    logSettings,
  ].flatMap((settings) => settings.problems(source))
