import { createHash, timingSafeEqual } from 'node:crypto'
import { opsSettings } from './settings'

const digest = (text: string) => createHash('sha256').update(text).digest()

/**
 * Whether a request carries `Authorization: Bearer` and OPS_TOKEN. A wrong token takes the same time, whatever is wrong with it.
 * @throws ConfigurationError without OPS_TOKEN
 */
export function carriesOpsToken(request: Request): boolean {
  const expected = digest(`Bearer ${opsSettings.require('OPS_TOKEN')}`)
  return timingSafeEqual(digest(request.headers.get('authorization') ?? ''), expected)
}
