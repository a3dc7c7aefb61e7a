/** Packages of Clerk that run on a server. Those for browsers have a `Clerk` too, with other calls. */
const SERVER =
  /^@clerk\/(nextjs|backend|express|fastify|hono|clerk-sdk-node|astro|remix|react-router|tanstack-start|tanstack-react-start|nuxt)(\/|$)/
const HTTP = /^(axios|ky|got|undici|node-fetch|cross-fetch|isomorphic-fetch|ofetch|phin|needle|superagent)$/

const APIS = ['users', 'organizations', 'sessions', 'emailAddresses', 'phoneNumbers']

const OF_CLERK: Record<string, string> = {
  clerkClient: 'clerkClient',
  createClerkClient: 'createClerkClient',
  // Its name in old versions.
  Clerk: 'createClerkClient',
  currentUser: 'currentUser',
  verifyWebhook: 'verifyWebhook',
  // A type: what has it is a client.
  ClerkClient: 'client',
}

export const isServerPackage = (source: string): boolean => SERVER.test(source)

export const API_ADDRESS = /^https:\/\/api\.clerk\.(com|dev)(\/v1)?(\/|\*|$)/

export const mayMentionClerk = (text: string): boolean => /clerk|svix/i.test(text)

/** A client with such a name is taken for Clerk's where the code does not show what it is: `ctx.clerk`. */
export const isNameOfClient = (name: string | undefined): boolean =>
  name !== undefined && /^_?(clerk|clerkClient)$/.test(name)

/** What a package exports, if the finder knows it: `clerkClient`, `currentUser`, `client.users`, `http` … */
export function exportOf(source: string, name: string): string | undefined {
  if (source === 'svix' && name === 'Webhook') return 'Webhook'
  if (HTTP.test(source)) return 'http'
  if (!SERVER.test(source)) return undefined
  if (name === 'default' && source === '@clerk/clerk-sdk-node') return 'client'
  // Old versions export the parts of a client too.
  if (APIS.includes(name)) return `client.${name}`
  return Object.hasOwn(OF_CLERK, name) ? OF_CLERK[name] : undefined
}

/** What a property of a known value is. */
export function propertyOf(value: string, property: string): string | undefined {
  if (value === 'http') return 'http'
  if (value === 'webhook') return property === 'verify' ? 'verifyWebhook' : undefined
  // Until version 6, `clerkClient` was the client itself.
  if (value === 'client' || value === 'clerkClient')
    return APIS.includes(property) ? `client.${property}` : undefined
  if (/^client\.\w+$/.test(value)) return `${value}.${property}`
  if (property === 'bind') return `bound ${value}`
  return property === 'call' || property === 'apply' ? value : undefined
}

/** What a call of a known value returns. */
export function resultOf(value: string): string | undefined {
  if (value === 'clerkClient' || value === 'createClerkClient') return 'client'
  if (value === 'Webhook') return 'webhook'
  return value.startsWith('bound ') ? value.slice('bound '.length) : undefined
}
