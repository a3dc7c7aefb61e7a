const names: Record<string, string> = {
  user: 'Users',
  username: 'Usernames',
  email: 'E-mail addresses',
  'external-id': 'External ids',
  role: 'Roles',
  token: 'Tokens',
  integrations: 'Integrations',
}

export const nameOfLookup = (name: string): string => names[name] ?? name
