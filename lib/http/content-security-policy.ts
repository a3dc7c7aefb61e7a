/**
 * Your own hosts, for each kind of request that needs them: `'img-src': ['https://images.example.com']`. This is the
 * only place to add one.
 */
const OWN_HOSTS: Partial<Record<Directive, readonly string[]>> = {}

/** The hashes of your own inline scripts. This one sets the theme: components/theme-script.ts. */
const OWN_SCRIPTS: readonly string[] = ["'sha256-/5MU3+Sn2wW+1ppkEzASs4rkzWlgs3j0KJwiU66Uum0='"]

type Directive =
  | 'default-src'
  | 'script-src'
  | 'style-src'
  | 'img-src'
  | 'font-src'
  | 'connect-src'
  | 'frame-src'
  | 'worker-src'
  | 'form-action'
  | 'base-uri'
  | 'object-src'
  | 'frame-ancestors'

/**
 * The only inline script in a static shell, which is built without a nonce. React writes it, always the same:
 * `requestAnimationFrame(function(){$RT=performance.now()});`. All other inline scripts come with the request, and
 * carry its nonce. test/e2e/content-security-policy.test.ts notices when React writes another.
 */
const SHELL_SCRIPT = "'sha256-7mu4H06fwDCjmnxxr/xNHyuQC6pLTHr4M2E4jXw5WZs='"

export interface PolicyOptions {
  /** Allows the inline scripts that carry it. */
  nonce: string
  publishableKey: string | undefined
  /** Addresses at which the app uses Clerk instead of Clerk's own; a path stays on this origin. */
  clerkAddresses?: readonly (string | undefined)[]
  /** `next dev` evaluates text as code and reloads pages over a socket. */
  development?: boolean
}

/**
 * The Content-Security-Policy of a page. An inline script without the nonce, an event handler in an attribute and a script
 * of another host do not run. Inline styles do: Clerk's components need them.
 * Clerk's hosts: https://clerk.com/docs/guides/secure/best-practices/csp-headers
 */
export function contentSecurityPolicy(options: PolicyOptions): string {
  const { nonce, publishableKey, clerkAddresses = [], development = false } = options
  const clerk = [...hostsOf(publishableKey), ...clerkAddresses.flatMap(originOf)]
  const directives: Record<Directive, readonly string[]> = {
    'default-src': ["'self'"],
    'script-src': [
      ...["'self'", `'nonce-${nonce}'`, SHELL_SCRIPT, ...OWN_SCRIPTS, ...clerk],
      ...['https://challenges.cloudflare.com', 'https://*.protect.clerk.com'],
      ...(development ? ["'unsafe-eval'"] : []),
    ],
    'style-src': ["'self'", "'unsafe-inline'"],
    'img-src': ["'self'", 'data:', 'https://img.clerk.com', ...clerk],
    'font-src': ["'self'"],
    'connect-src': [
      ...["'self'", ...clerk, 'https://clerk-telemetry.com', 'https://*.clerk-telemetry.com'],
      ...['https://*.protect.clerk.com:*', ...(development ? ['ws:'] : [])],
    ],
    'frame-src': ["'self'", 'https://challenges.cloudflare.com', 'https://*.protect.clerk.com'],
    'worker-src': ["'self'", 'blob:'],
    'form-action': ["'self'", ...clerk],
    'base-uri': ["'self'"],
    'object-src': ["'none'"],
    'frame-ancestors': ["'none'"],
  }
  return Object.entries(directives)
    .map(([name, sources]) => {
      const own = name in OWN_HOSTS ? (OWN_HOSTS[name as Directive] ?? []) : []
      return [name, ...new Set([...sources, ...own])].join(' ')
    })
    .join('; ')
}

const HOST = /^[a-z0-9.-]+(:\d+)?$/i

/** Clerk's Frontend API, whose host is in the publishable key, and its account pages, where forms may lead. */
function hostsOf(publishableKey = ''): string[] {
  const [, encoded = ''] = /^pk_(?:test|live)_(.+)$/.exec(publishableKey) ?? []
  const host = decodeBase64(encoded).replace(/\$$/, '')
  if (!HOST.test(host)) return []
  return [
    `https://${host}`,
    `https://${host.replace(/^clerk\./, 'accounts.').replace('.clerk.accounts.', '.accounts.')}`,
  ]
}

function decodeBase64(text: string): string {
  try {
    return atob(text)
  } catch {
    return ''
  }
}

const originOf = (address = '') =>
  /^https?:/.test(address) && URL.canParse(address) ? [new URL(address).origin] : []
