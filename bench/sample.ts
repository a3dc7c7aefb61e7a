/** A user such as the cache holds, about 1 KB of JSON. */
export const sampleUser = (id: string) => ({
  id,
  externalId: null,
  username: `name_of_${id}`,
  firstName: 'Ada',
  lastName: 'Lovelace',
  fullName: 'Ada Lovelace',
  imageUrl: `https://img.example.test/${id}/${'0123456789abcdef'.repeat(8)}`,
  primaryEmailAddress: { emailAddress: `${id}@example.test`, verified: true },
  publicMetadata: {
    role: 'expert',
    languages: ['en', 'de', 'fr'],
    bio: 'Writes programs for machines that are not built yet. '.repeat(6),
  },
  unsafeMetadata: { theme: 'dark', onboarding: { step: 4, skipped: ['tour', 'newsletter'] } },
  createdAt: 1_700_000_000_000,
  updatedAt: 1_750_000_000_000,
  lastSignInAt: 1_760_000_000_000,
})

export type SampleUser = ReturnType<typeof sampleUser>

/** The tags of the measured lookups: two, as in the comparisons. */
export const tagsOf = (id: string) => [`user:${id}`, 'users']
