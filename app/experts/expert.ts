import { z } from 'zod'
import type { CachedUser } from '@/lib/cache/clerk-cache'

/** What this app keeps in an expert's public metadata, which can be any JSON. A field of another type gets its default. */
const profile = z.object({
  headline: z.string().catch(''),
  bio: z.string().catch(''),
  specialties: z.array(z.string()).catch([]),
  hourlyRate: z.number().nullable().catch(null),
  currency: z.string().length(3).catch('USD'),
})

/** A cached user as the experts pages show them. */
export function expertOf(user: CachedUser) {
  return {
    id: user.id,
    name: user.fullName ?? user.username ?? 'Unnamed',
    username: user.username,
    imageUrl: user.imageUrl,
    href: user.username ? `/experts/${encodeURIComponent(user.username)}` : '/experts',
    memberSince: new Date(user.createdAt).getUTCFullYear(),
    ...profile.parse(user.publicMetadata),
  }
}
