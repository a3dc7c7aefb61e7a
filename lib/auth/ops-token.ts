import { createHash, timingSafeEqual } from 'node:crypto'
import { emitAudit } from '../cache/audit-events'
import { opsSettings } from './settings'

/** A session token of Clerk: admins send one to the same routes. */
const isSessionToken = (header: string) => /^Bearer eyJ[\w-]*\.[\w-]*\.[\w-]*$/.test(header)

const digest = (text: string) => createHash('sha256').update(text).digest()

/**
 * Whether a request carries `Authorization: Bearer` and OPS_TOKEN. A wrong token takes the same time, whatever is wrong
 * with it, and is an audit event.
 * @throws ConfigurationError without OPS_TOKEN
 */
export function carriesOpsToken(request: Request): boolean {
  const expected = digest(`Bearer ${opsSettings.require('OPS_TOKEN')}`)
  const given = request.headers.get('authorization')
  const carries = timingSafeEqual(digest(given ?? ''), expected)
  if (!carries && given !== null && !isSessionToken(given)) {
    const target = new URL(request.url).pathname
    emitAudit({ action: 'ops.token', actor: 'anonymous', subject: 'ops', target, outcome: 'refused' })
  }
  return carries
}
