const names: Record<string, string> = {
  user: 'Users',
  users: 'Lists of users',
  'new-user': 'New users',
  username: 'Usernames',
  email: 'Email addresses',
  'external-id': 'External IDs',
  role: 'Roles',
  session: 'Sessions',
  token: 'Tokens',
  integrations: 'Integrations',
  'service-token': 'Service tokens',
  organization: 'Organizations',
  'organization-by-slug': 'Organizations by slug',
  'organization-slug': 'Slugs',
  'organization-membership': 'Memberships',
  'organization-memberships': 'Memberships of users',
  'organization-members': 'Members',
  'private-metadata': 'Private metadata',
}

export const nameOfLookup = (name: string): string => names[name] ?? name
