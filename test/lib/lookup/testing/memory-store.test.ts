import { describe } from 'vitest'
import { createMemoryStore } from '@/lib/lookup/testing/memory-store'
import { storeContract } from '../store-contract'

describe('the store in memory', () => {
  let store = createMemoryStore()
  storeContract(
    () => store,
    async () => {
      store = createMemoryStore()
    },
  )
})
