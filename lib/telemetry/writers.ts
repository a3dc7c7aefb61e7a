import { auditWriter } from './audit'
import { countsWriter } from './fleet-counts'

/** The writers of this process, by the names that metrics and logs give them. */
export const writers = () => ({ audit: auditWriter(), counts: countsWriter() })
