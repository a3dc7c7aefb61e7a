'use client'

import type { Snapshot } from '@/lib/dashboard/snapshot-schema'
import { AuditList } from './audit-list'
import { useLive } from './live'

/** The most recent records of all users, kept up to date. */
export const LiveAudit = ({ initial }: { initial: Snapshot['audit'] }) => (
  <AuditList found={useLive('audit', initial)} />
)
