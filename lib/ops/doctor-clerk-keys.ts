import { z } from 'zod'
import { limitSettings } from '../clerk/budget'
import { readJwtKey } from '../clerk/jwt-key'
import { clerkHeaders } from '../clerk/request'
import { clerkSettings } from '../config'
import { settingsSource } from '../env'
import { appSettings } from '../process/settings'
import { type Finding, fail, ok, warn } from './finding'

const TIMEOUT_MS = 5_000

const keySet = z.object({ keys: z.array(z.object({ kid: z.string(), n: z.string() })) })

/** The moduli of a key set, which only one instance has; undefined if there is no answer or it is not a key set. */
async function moduliAt(address: string, headers: HeadersInit = {}): Promise<string[] | undefined> {
  const response = await fetch(address, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
    () => undefined,
  )
  const { data } = keySet.safeParse(await response?.json().catch(() => undefined))
  return response?.ok ? data?.keys.map(({ n }) => n) : undefined
}

/** The address of the Frontend API that the publishable key names, or the proxy in front of it. */
function frontendApi(proxy: string | undefined): string {
  if (proxy && /^https?:/.test(proxy)) return proxy.replace(/\/$/, '')
  const encoded = appSettings().NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY.replace(/^pk_(test|live)_/, '')
  return `https://${Buffer.from(encoded, 'base64').toString().replace(/\$$/, '')}`
}

const modulusOf = (pem: string) => readJwtKey(pem).export({ format: 'jwk' }).n ?? ''

/**
 * Whether the three keys are of one instance of Clerk: the key set of the secret key is compared with the one at the
 * address that the publishable key names, and with CLERK_JWT_KEY.
 */
export async function checkClerkKeys(): Promise<Finding> {
  const { CLERK_API_URL, CLERK_SECRET_KEY } = clerkSettings()
  const { CLERK_RATE_LIMIT } = limitSettings()
  const { CLERK_JWT_KEY, NEXT_PUBLIC_CLERK_PROXY_URL } = settingsSource()
  const frontend = frontendApi(NEXT_PUBLIC_CLERK_PROXY_URL)
  const [secret, published] = await Promise.all([
    moduliAt(`${CLERK_API_URL}/v1/jwks`, clerkHeaders()),
    moduliAt(`${frontend}/.well-known/jwks.json`),
  ])
  if (!secret) return warn('not checked', 'Clerk has to answer with CLERK_SECRET_KEY first.')
  if (CLERK_JWT_KEY && !secret.includes(modulusOf(CLERK_JWT_KEY)))
    return fail(
      'CLERK_JWT_KEY is of another instance',
      'Nobody can sign in. Copy the JWKS public key (PEM) from the Clerk dashboard under API keys, or remove the setting.',
    )
  if (!published)
    return warn(
      `${new URL(frontend).host} is not responding`,
      'It is the address in NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY. Browsers cannot sign in without it. Check the key and the network.',
    )
  if (!published.some((one) => secret.includes(one)))
    return fail(
      'CLERK_SECRET_KEY and NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY are of two instances',
      'Nobody can sign in. Copy both from the same instance in the Clerk dashboard, under API keys.',
    )
  const isTest = CLERK_SECRET_KEY.startsWith('sk_test_')
  if ((CLERK_RATE_LIMIT ?? 0) > (isTest ? 100 : 1000))
    return warn(
      `CLERK_RATE_LIMIT is ${CLERK_RATE_LIMIT}`,
      `Clerk allows a ${isTest ? 'development' : 'production'} instance ${isTest ? 100 : 1000} requests in 10 s. Remove the setting, unless Clerk has given you more.`,
    )
  if (isTest)
    return warn(
      'from one development instance',
      'Clerk allows it 100 requests in 10 s. Use live keys in production.',
    )
  return ok('from one production instance')
}
