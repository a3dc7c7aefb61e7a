const labels = {
  not_connected: (name: string) => `Connect ${name}`,
  reconnect_required: (name: string) => `Reconnect ${name}`,
  scope_missing: () => 'Grant access',
} as const

/** What the button for a connection's state says, or null where connecting does not help. */
export const connectLabel = (status: string, name: string): string | null =>
  status in labels ? labels[status as keyof typeof labels](name) : null

/** Why it has to be connected again, where that is why, and what happens after the button is pressed. */
export const connectAdvice = (status: string, name: string): string =>
  `${status === 'reconnect_required' ? `${name}’s permission expired or was withdrawn. ` : ''}${name} asks for your permission, then returns you to this page.`
