import type { Seed, SeedUser } from './clerk/records'
import type { CalendarEvent } from './google/server'

const DAY = 24 * 3600_000
const OPENED = Date.UTC(2026, 0, 5, 9)
const PROFILE = ['openid', scope('userinfo.email'), scope('userinfo.profile')]
const CALENDAR = [...PROFILE, scope('calendar.readonly'), scope('calendar.events')]

function scope(name: string) {
  return `https://www.googleapis.com/auth/${name}`
}

/** IDs look like Clerk's: a prefix and 27 characters. */
const id = (prefix: string, name: string) => `${prefix}_2local${name.replace(/[^a-z]/gi, '').padEnd(21, '0')}`

export const people = {
  admin: id('user', 'AdaAdmin'),
  member: id('user', 'MiaMember'),
  /** Google and GitHub connected, Slack with too few scopes. */
  severalProviders: id('user', 'LenaSeveral'),
  neverConnected: id('user', 'NoahNever'),
  needsReconnecting: id('user', 'RuthReconnect'),
  tooFewScopes: id('user', 'SamScopes'),
  /** The first expert, with Google connected. */
  expert: id('user', 'amara'),
}

const EXPERTS = [
  [
    'amara',
    'Amara',
    'Okafor',
    'Scaling data pipelines without the pager',
    ['data engineering', 'kafka'],
    180,
  ],
  ['bruno', 'Bruno', 'Keller', 'Payments that reconcile', ['payments', 'accounting'], 210],
  [
    'chiara',
    'Chiara',
    'Rossi',
    'Design systems that survive a redesign',
    ['design systems', 'accessibility'],
    160,
  ],
  ['dmitri', 'Dmitri', 'Volkov', 'Postgres under pressure', ['postgres', 'performance'], 190],
  ['elif', 'Elif', 'Yılmaz', 'From prototype to first hundred customers', ['product', 'discovery'], 150],
  ['farid', 'Farid', 'Haddad', 'Freight and customs, automated', ['logistics', 'integrations'], 170],
  ['grace', 'Grace', 'Nakamura', 'Kubernetes you can explain to finance', ['kubernetes', 'cost'], 220],
  ['hugo', 'Hugo', 'Lindqvist', 'Calendars, time zones and other traps', ['scheduling', 'apis'], 140],
  ['ines', 'Inês', 'Carvalho', 'Threat models for small teams', ['security', 'oauth'], 230],
  ['jonas', 'Jonas', 'Brandt', 'Next.js in production', ['next.js', 'react'], 175],
  ['keiko', 'Keiko', 'Sato', 'Search that finds things', ['search', 'relevance'], 185],
  ['liam', 'Liam', "O'Brien", 'Mobile apps that work offline', ['mobile', 'sync'], 165],
  ['maya', 'Maya', 'Delgado', 'Hiring the first ten engineers', ['hiring', 'leadership'], 200],
] as const

const experts = EXPERTS.map(
  ([name, firstName, lastName, headline, specialties, hourlyRate], index): SeedUser => ({
    id: id('user', name),
    username: `${name}-${lastName
      .normalize('NFD')
      .replace(/[^a-z]/gi, '')
      .toLowerCase()}`,
    firstName,
    lastName,
    externalId: `expert-${index + 1}`,
    emails: [`${name}@experts.example.com`],
    publicMetadata: {
      role: 'expert',
      headline,
      specialties: [...specialties],
      hourlyRate,
      currency: 'EUR',
      rating: 4 + (index % 10) / 10,
      timeZone: 'Europe/Berlin',
    },
    unsafeMetadata: {
      setup: { status: index % 4 === 3 ? 'in_progress' : 'complete', step: index % 4 === 3 ? 2 : 4 },
    },
    createdAt: OPENED + (index + 10) * DAY,
    ...(index === 0 && {
      purpose: 'Expert, Google Calendar connected',
      accounts: [{ id: id('eac', name), email: `${name}@experts.example.com`, scopes: CALENDAR }],
    }),
    ...(index > 0 && { purpose: 'Expert' }),
  }),
)

const member = (
  key: keyof typeof people,
  [firstName, lastName]: [string, string],
  rest: Pick<SeedUser, 'purpose' | 'accounts' | 'publicMetadata'>,
): SeedUser => ({
  id: people[key],
  username: `${firstName}-${lastName}`.toLowerCase(),
  firstName,
  lastName,
  emails: [`${firstName.toLowerCase()}@example.com`],
  createdAt: OPENED + Object.keys(people).indexOf(key) * DAY,
  ...rest,
})

const account = (provider: string, name: string, scopes: string[]) => ({
  ...{ id: id('eac', name + provider), provider: `oauth_${provider}`, email: `${name}@example.com`, scopes },
})

const google = (name: string, scopes: string[]) => ({
  id: id('eac', name),
  email: `${name}@example.com`,
  scopes,
})

/** The seed users: the users of the Clerk stand-in when it starts. */
export const seed: Seed = {
  users: [
    member('admin', ['Ada', 'Lindgren'], { purpose: 'Admin', publicMetadata: { role: 'admin' } }),
    member('member', ['Mia', 'Moreau'], {
      purpose: 'Member, Google Calendar connected',
      publicMetadata: { role: 'member' },
      accounts: [google('mia', CALENDAR)],
    }),
    member('neverConnected', ['Noah', 'Baker'], { purpose: 'Member, Google never connected' }),
    member('needsReconnecting', ['Ruth', 'Adeyemi'], {
      purpose: 'Member, Google needs reconnecting',
      accounts: [{ ...google('ruth', CALENDAR), grant: 'no_refresh_token' }],
    }),
    member('tooFewScopes', ['Sam', 'Novak'], {
      purpose: 'Member, Google connected with too few scopes',
      accounts: [google('sam', PROFILE)],
    }),
    member('severalProviders', ['Lena', 'Ortiz'], {
      purpose: 'Member, Google, GitHub and Slack connected, Slack with too few scopes',
      accounts: [
        google('lena', CALENDAR),
        account('github', 'lena', ['user:email', 'read:user']),
        account('slack', 'lena', ['openid', 'email', 'profile']),
      ],
    }),
    ...experts,
  ],
  organizations: [
    {
      ...{ id: id('org', 'Northwind'), name: 'Northwind Booking', slug: 'northwind', createdAt: OPENED },
      members: [
        { userId: people.admin, role: 'org:admin' },
        { userId: people.member, role: 'org:member' },
        { userId: people.neverConnected, role: 'org:member' },
      ],
    },
    {
      ...{ id: id('org', 'Guild'), name: 'The Expert Guild', slug: 'guild', createdAt: OPENED + DAY },
      members: [
        { userId: people.expert, role: 'org:admin' },
        { userId: people.member, role: 'org:member' },
      ],
    },
  ],
}

/** Calendar events around `today`, for the seed users who connected a calendar. */
export function seedEvents(today = new Date()): Record<string, CalendarEvent[]> {
  const midnight = Date.UTC(today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate())
  const meeting = (
    day: number,
    hour: number,
    minutes: number,
    summary: string,
    location?: string,
  ): CalendarEvent => {
    const start = midnight + day * DAY + hour * 3600_000
    return {
      id: `local${day + 10}${hour}${summary.length}`,
      summary,
      ...(location && { location }),
      start: { dateTime: new Date(start).toISOString(), timeZone: 'UTC' },
      end: { dateTime: new Date(start + minutes * 60_000).toISOString(), timeZone: 'UTC' },
    }
  }
  const dateOf = (day: number) => new Date(midnight + day * DAY).toISOString().slice(0, 10)
  const offsite: CalendarEvent = {
    id: 'localoffsite',
    summary: 'Team offsite',
    location: 'Lisbon',
    start: { date: dateOf(5) },
    end: { date: dateOf(7) },
  }
  const shared = [
    meeting(-1, 9, 30, 'Retrospective'),
    meeting(0, 8, 15, 'Stand-up'),
    meeting(0, 13, 60, 'Call with Bruno Keller', 'Video'),
    meeting(0, 22, 30, 'Hand-over to the night shift'),
    meeting(1, 8, 15, 'Stand-up'),
    meeting(1, 15, 45, 'Review of the booking flow', 'Room 4'),
    meeting(2, 10, 90, 'Interview: platform engineer', 'Video'),
    meeting(3, 8, 15, 'Stand-up'),
    meeting(4, 14, 60, 'Architecture hour'),
    offsite,
    meeting(9, 9, 120, 'Quarterly planning', 'Room 1'),
  ]
  return {
    [people.member]: shared,
    [people.expert]: [
      meeting(0, 11, 60, 'Session with Mia Moreau', 'Video'),
      meeting(1, 16, 30, 'Intro call'),
      meeting(2, 9, 60, 'Session with Noah Baker', 'Video'),
      meeting(6, 12, 45, 'Lunch with Grace'),
    ],
    [people.tooFewScopes]: shared.slice(0, 4),
    [people.needsReconnecting]: shared.slice(2, 8),
  }
}
