const names: Record<string, string> = {
  user: 'Users',
  username: 'Usernames',
  email: 'Email addresses',
  'external-id': 'External IDs',
  role: 'Roles',
  token: 'Tokens',
  integrations: 'Integrations',
}

export const nameOfLookup = (name: string): string => names[name] ?? name
