const HOUR = 3600_000
const GOOGLE = 'https://www.googleapis.com/auth/'

/** A provider that can be connected. The tokens of some never expire. */
export interface OfferedProvider {
  /** Clerk's strategy. */
  id: string
  name: string
  /** What its tokens begin with. */
  prefix: string
  /** Milliseconds. */
  lifetime: number
  /** Scopes that every account has. */
  always: string[]
  /** Scopes that the user may grant. */
  offered: { scope: string; label: string }[]
}

export const PROVIDERS: readonly OfferedProvider[] = [
  {
    ...{ id: 'oauth_google', name: 'Google', prefix: 'ya29.', lifetime: HOUR },
    always: ['openid', `${GOOGLE}userinfo.email`, `${GOOGLE}userinfo.profile`],
    offered: [
      { scope: `${GOOGLE}calendar.readonly`, label: 'See your calendar' },
      { scope: `${GOOGLE}calendar.events`, label: 'Change your calendar events' },
    ],
  },
  {
    ...{ id: 'oauth_github', name: 'GitHub', prefix: 'gho_', lifetime: Number.POSITIVE_INFINITY },
    always: ['user:email'],
    offered: [
      { scope: 'read:user', label: 'Read your profile' },
      { scope: 'repo', label: 'Read and change your repositories' },
    ],
  },
  {
    ...{ id: 'oauth_slack', name: 'Slack', prefix: 'xoxp-', lifetime: Number.POSITIVE_INFINITY },
    always: ['openid', 'email', 'profile'],
    offered: [
      { scope: 'channels:read', label: 'See channels' },
      { scope: 'chat:write', label: 'Send messages as you' },
    ],
  },
  {
    ...{ id: 'oauth_microsoft', name: 'Microsoft', prefix: 'EwB', lifetime: HOUR },
    always: ['openid', 'email', 'profile', 'offline_access'],
    offered: [
      { scope: 'User.Read', label: 'Read your profile' },
      { scope: 'Calendars.Read', label: 'Read your calendars' },
    ],
  },
  {
    ...{ id: 'oauth_linear', name: 'Linear', prefix: 'lin_oauth_', lifetime: 24 * HOUR },
    always: ['read'],
    offered: [{ scope: 'write', label: 'Change what you may change' }],
  },
  {
    ...{ id: 'oauth_notion', name: 'Notion', prefix: 'ntn_', lifetime: Number.POSITIVE_INFINITY },
    ...{ always: [], offered: [] },
  },
  {
    ...{ id: 'oauth_hubspot', name: 'HubSpot', prefix: 'CN', lifetime: HOUR / 2 },
    always: ['oauth'],
    offered: [{ scope: 'crm.objects.contacts.read', label: 'Read contacts' }],
  },
]

export const offeredProvider = (id: string): OfferedProvider | undefined =>
  PROVIDERS.find((one) => one.id === id)
