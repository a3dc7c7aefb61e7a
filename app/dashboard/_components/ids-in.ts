import type { Snapshot } from '@/lib/dashboard/snapshot-schema'

/** The IDs in the lists of a page, whose names are shown. */
export const idsIn = (webhooks?: Snapshot['webhooks'], records?: Snapshot['audit']): string[] => [
  ...(webhooks && 'data' in webhooks ? webhooks.data.map(({ subject }) => subject ?? '') : []),
  ...(records && 'data' in records
    ? records.data.flatMap(({ actor, subject, impersonating = '' }) => [actor, subject, impersonating])
    : []),
]
