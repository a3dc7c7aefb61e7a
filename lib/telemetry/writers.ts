import { auditWriter } from './audit'
import { countsWriter } from './fleet-counts'

/** The writers of this process, by their names in metrics and logs. */
export const writers = () => ({ audit: auditWriter(), counts: countsWriter() })
