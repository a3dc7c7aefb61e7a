import { z } from 'zod'
import { type CachedUser, isBlocked, rolesOf } from '@/lib/cache/clerk-cache'

/** What this app keeps in an expert's public metadata, which can be any JSON. A field of another type is left out. */
const profile = z.object({
  headline: z.string().catch(''),
  bio: z.string().catch(''),
  specialties: z.array(z.string()).catch([]),
  hourlyRate: z.number().nullable().catch(null),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .nullable()
    .default('USD')
    .catch(null),
})

/** Only experts have a public page, and not while Clerk says that they may do nothing. */
export const isExpert = (user: CachedUser): boolean => rolesOf(user).includes('expert') && !isBlocked(user)

export type Expert = ReturnType<typeof expertOf>

/** A cached user as the experts pages show them. */
export function expertOf(user: CachedUser) {
  const { hourlyRate, currency, specialties, ...texts } = profile.parse(user.publicMetadata)
  // An amount in a currency that is not known would be a wrong price.
  const price = hourlyRate === null || currency === null ? null : { amount: hourlyRate, currency }
  return {
    id: user.id,
    name: user.fullName ?? user.username ?? 'Unnamed',
    username: user.username,
    imageUrl: user.imageUrl,
    href:
      user.username && isText(user.username) ? `/experts/${encodeURIComponent(user.username)}` : '/experts',
    memberSince: yearOf(user.createdAt),
    specialties: [...new Set(specialties)],
    price,
    rate: price && money(price.amount, price.currency),
    ...texts,
  }
}

/** False for half a surrogate pair, which JSON can hold and no address can. */
const isText = (name: string) => !/\p{Cs}/u.test(name)

/** Null where Clerk did not say, or what it said is not a time. */
function yearOf(milliseconds: number): number | null {
  const year = new Date(milliseconds).getUTCFullYear()
  return milliseconds === 0 || Number.isNaN(year) ? null : year
}

export const money = (amount: number, currency: string) =>
  new Intl.NumberFormat('en', { style: 'currency', currency, maximumFractionDigits: 0 }).format(amount)
