import { z } from 'zod'
import { KitError } from './lookup/errors'

const httpUrl = z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, ''))
const text = z.string().min(1)
const seconds = z.coerce.number().int().min(0)

/**
 * `kid:base64` pairs, comma separated; the first seals, every one opens. Problems name the position and not the id:
 * where only the key was set, the id would be the secret.
 */
const keyRing = z.string().transform((value, context) =>
  value.split(',').map((pair, index, pairs) => {
    const [kid = '', encoded = ''] = pair.trim().split(':')
    const key = Buffer.from(encoded, 'base64')
    if (!/^[A-Za-z0-9_-]{1,32}$/.test(kid))
      context.addIssue(`key ${index + 1} must start with an id of letters and digits, then ":"`)
    else if (pairs.findIndex((other) => other.trim().startsWith(`${kid}:`)) !== index)
      context.addIssue(`key ${index + 1} has the id of an earlier one`)
    else if (key.length !== 32) context.addIssue(`key ${index + 1} must be 32 bytes in base64`)
    return { kid, key }
  }),
)

/** A key ring as CACHE_ENCRYPTION_KEYS has it, or what is wrong with it. */
export function parseKeyRing(text: string): { error?: string } {
  const result = keyRing.safeParse(text)
  return result.success ? {} : { error: result.error.issues[0]?.message ?? 'malformed' }
}

/** What a variable is for, and an example of it: both are shown when it is missing or malformed. */
const meant = (purpose: string, example: string) => ({ description: purpose, examples: [example] })

const schema = z.object({
  NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: z
    .string()
    .regex(/^pk_(test|live)_./, 'must start with pk_test_ or pk_live_')
    .meta(
      meant("Clerk's publishable key, from the dashboard under API keys", 'pk_test_Y2xlcmsuZXhhbXBsZS5jb20k'),
    ),
  CLERK_SECRET_KEY: z
    .string()
    .regex(/^sk_(test|live)_./, 'must start with sk_test_ or sk_live_')
    .meta(meant("Clerk's secret key, from the dashboard under API keys", 'sk_test_…')),
  UPSTASH_REDIS_REST_URL: httpUrl.meta(
    meant(
      'the REST address of the Upstash database (KV_REST_API_URL is read too)',
      'https://eu1-example-12345.upstash.io',
    ),
  ),
  UPSTASH_REDIS_REST_TOKEN: text.meta(
    meant(
      'the REST token of the Upstash database, not the read-only one (KV_REST_API_TOKEN is read too)',
      'AX…',
    ),
  ),
  CLERK_WEBHOOK_SIGNING_SECRET: z
    .string()
    .transform((value) => value.split(',').map((secret) => secret.trim()))
    .refine((secrets) => secrets.every((secret) => /^whsec_[A-Za-z0-9+/=]+$/.test(secret)), {
      message: 'each secret starts with whsec_; two may stand side by side, comma separated, while rotating',
    })
    .optional()
    .meta(
      meant(
        'verifies webhooks; from the endpoint page of the Clerk dashboard',
        'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
      ),
    ),
  CACHE_ENCRYPTION_KEYS: keyRing
    .optional()
    .meta(
      meant(
        'seals OAuth tokens in Redis; kid:base64 of 32 bytes, newest first',
        'k1:$(openssl rand -base64 32)',
      ),
    ),
  OPS_TOKEN: z
    .string()
    .min(16, 'must have at least 16 characters')
    .optional()
    .meta(meant('lets monitoring read statistics and metrics', '$(openssl rand -hex 32)')),
  CLERK_API_URL: httpUrl
    .default('https://api.clerk.com')
    .meta(meant("the address of Clerk's Backend API", 'https://api.clerk.com')),
  CLERK_JWT_KEY: z
    .string()
    .refine(
      (pem) => pem.includes('-----BEGIN PUBLIC KEY-----'),
      'must be a PEM that begins with -----BEGIN PUBLIC KEY-----',
    )
    .optional()
    .meta(
      meant(
        'lets the middleware verify sessions without asking Clerk for its keys',
        '"-----BEGIN PUBLIC KEY-----…"',
      ),
    ),
  NEXT_PUBLIC_CLERK_SIGN_IN_URL: z
    .string()
    .regex(/^(\/|https?:\/\/)/, 'must be a path or an http(s) address')
    .optional()
    .meta(meant("the sign-in page, where it is not Clerk's own", '/sign-in')),
  GOOGLE_API_BASE_URL: httpUrl
    .default('https://www.googleapis.com')
    .meta(meant("the address of Google's APIs", 'https://www.googleapis.com')),
  CACHE_NAMESPACE: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,32}$/, 'takes 1 to 32 letters, digits, - or _')
    .default('ck')
    .meta(meant('the first part of every Redis key, so that several apps can share a database', 'ck')),
  CACHE_USER_TTL: z
    .union(
      [z.literal('adaptive'), seconds.min(1)],
      'must be a whole number of seconds from 1 up, or "adaptive"',
    )
    .default(300)
    .meta(
      meant(
        'seconds a user stays in Redis; "adaptive": a tenth of the time since they last changed, 1 min to 1 h',
        '300',
      ),
    ),
  CACHE_PROCESS_TTL: seconds
    .max(600)
    .default(0)
    .meta(meant('seconds a value may be kept in the process; 0 switches the layer off', '0')),
  CACHE_PROCESS_MAX: z.coerce
    .number()
    .int()
    .min(1)
    .default(5000)
    .meta(meant('entries the process layer holds at most', '5000')),
  CACHE_REDIS_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(10)
    .max(10_000)
    .default(250)
    .meta(meant('milliseconds after which a Redis request is given up', '250')),
  CACHE_BACKPLANE: z
    .enum(['on', 'off'])
    .default('off')
    .transform((value) => value === 'on')
    .meta(meant('announces invalidations to the process layers of other instances', 'off')),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .meta(meant('the least severe line that is logged', 'info')),
})

/** True in Next's server, false in scripts, tests and workers. Next writes the value in when it builds. */
export const insideNext = process.env.NEXT_RUNTIME === 'nodejs'

/** True on platforms that stop an instance once it has answered: Vercel, AWS Lambda and what is built on it, Cloud Run. */
export const stopsBetweenRequests = ['VERCEL', 'AWS_LAMBDA_FUNCTION_NAME', 'K_SERVICE'].some(
  (name) => process.env[name],
)

/** True where Next leaves SIGTERM and SIGINT to the app; set by whoever starts Next, before it starts. */
export const handlesSignals = Boolean(process.env.NEXT_MANUAL_SIG_HANDLE)

/** True in a build, false in `next dev`, scripts and tests that say nothing. */
export const inProduction = process.env.NODE_ENV === 'production'

type Name = keyof typeof schema.shape
export type Env = z.output<typeof schema>

/** Thrown for a missing or malformed environment; its message lists every problem, and no value. */
export class ConfigurationError extends KitError<'not_configured'> {
  constructor(problems: string[]) {
    super(
      'not_configured',
      `The environment is not complete:\n\n${problems.join('\n')}\n\nSet them in .env.local or in the host's settings; .env.example lists all. Without any account, \`npm run dev\` sets them by itself.`,
    )
  }
}

const isName = (name: PropertyKey): name is Name => name in schema.shape

function problem(name: Name, state: string): string {
  const { description, examples } = schema.shape[name].meta() ?? {}
  return `  ${name} ${state}\n    what for: ${description}\n    example:  ${name}=${examples}`
}

/**
 * Parses an environment. Empty values count as missing.
 * @throws ConfigurationError naming every variable that is missing or malformed, its purpose and an example.
 */
export function parseEnv(source: Readonly<Record<string, string | undefined>>): Env {
  const given: Record<string, string | undefined> = {}
  for (const name of Object.keys(schema.shape)) given[name] = source[name] || undefined
  given.UPSTASH_REDIS_REST_URL ??= source.KV_REST_API_URL || undefined
  given.UPSTASH_REDIS_REST_TOKEN ??= source.KV_REST_API_TOKEN || undefined

  const result = schema.safeParse(given)
  if (result.success) return result.data
  const problems = new Map<Name, string>()
  for (const { path, message } of result.error.issues) {
    const name = path[0] ?? ''
    if (!isName(name) || problems.has(name)) continue
    problems.set(name, problem(name, given[name] ? `is malformed: ${message}` : 'is missing'))
  }
  throw new ConfigurationError([...problems.values()])
}

let current: Env | undefined

/** The environment of this process, parsed at the first call. @throws ConfigurationError */
export function env(): Env {
  current ??= parseEnv(process.env)
  return current
}

/**
 * A variable that only one feature needs.
 * @throws ConfigurationError when it is not set; routes answer it with `not_configured`.
 */
export function requireEnv<N extends Name>(name: N): NonNullable<Env[N]> {
  const value = env()[name]
  if (value === undefined || value === null) throw new ConfigurationError([problem(name, 'is missing')])
  return value
}
