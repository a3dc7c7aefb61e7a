import type { User } from './records'

const initialOf = (name: string | null | undefined) => /^\p{L}/u.exec(name ?? '')?.[0] ?? ''

const initialsOf = (user: User) =>
  [user.firstName, user.lastName].map(initialOf).join('') ||
  initialOf(user.username ?? user.emails[0]?.address).toUpperCase()

/** As Clerk's, it changes with the picture: browsers keep a picture by its address. `url`: the stand-in's. */
export const avatarUrl = (user: User, url: string) =>
  `${url}/avatars/${user.id}.svg?v=${encodeURIComponent(initialsOf(user))}`

export function avatar(user: User): string {
  // Kept apart, so that Arabic letters do not join into a word.
  const initials = [...initialsOf(user)].join('\u200c')
  const hue = [...user.id].reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 360, 0)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 80" width="80" height="80"><rect width="80" height="80" fill="hsl(${hue} 45% 34%)"/><text x="40" y="51" font-family="system-ui,sans-serif" font-size="30" fill="#fff" text-anchor="middle">${initials}</text></svg>`
}
