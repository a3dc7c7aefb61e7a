import { createAlias, createHints } from '@/lib/cache/alias'
import { createLookups } from '@/lib/lookup/create-lookups'
import { LookupError } from '@/lib/lookup/errors'
import { createProcessState } from '@/lib/lookup/process-state'
import { createMemoryStore } from '@/lib/lookup/testing/memory-store'

/** The engine under test: the real one, or a copy with a fault. */
export interface Kit {
  createLookups: typeof createLookups
  createMemoryStore: typeof createMemoryStore
  createProcessState: typeof createProcessState
  LookupError: typeof LookupError
  createAlias: typeof createAlias
  createHints: typeof createHints
}

export const realKit: Kit = {
  ...{ createLookups, createMemoryStore, createProcessState, LookupError, createAlias, createHints },
}
