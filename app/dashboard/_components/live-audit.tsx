'use client'

import type { Snapshot } from '@/lib/dashboard/snapshot'
import { AuditList } from './audit-list'
import { useLive } from './live'

/** Everybody's last records, brought up to date. */
export const LiveAudit = ({ initial }: { initial: Snapshot['audit'] }) => (
  <AuditList found={useLive('audit', initial)} />
)
