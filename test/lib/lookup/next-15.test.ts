import { beforeEach, expect, it, vi } from 'vitest'
import { createNextRuntime } from '@/lib/lookup/runtime/next'

const next = vi.hoisted(() => ({
  insideUseCache: false,
  tagged: [] as string[],
  revalidated: [] as string[],
}))

// The functions of Next 15.5: no updateTag and no cacheTag by that name.
vi.mock('next/cache', () => ({
  updateTag: undefined,
  cacheTag: undefined,
  unstable_cacheTag: (...tags: string[]) => {
    if (!next.insideUseCache) throw new Error('cacheTag() can only be called inside a "use cache" function')
    next.tagged.push(...tags)
  },
  revalidateTag: (tag: string) => void next.revalidated.push(tag),
}))

// React memoises only in a server render: this file is one.
vi.mock('react', async (original) => ({
  ...(await original<typeof import('react')>()),
  cache: <T>(create: () => T) => {
    const made = create()
    return () => made
  },
}))

beforeEach(() => {
  next.insideUseCache = false
  next.tagged.length = 0
  next.revalidated.length = 0
})

it('revalidates every tag by revalidateTag where Next has no updateTag', async () => {
  await createNextRuntime().invalidated(['user:u1', 'users'])
  expect(next.revalidated).toEqual(['user:u1', 'users'])
})

it('tags the output of "use cache" by unstable_cacheTag where Next has no cacheTag', async () => {
  next.insideUseCache = true
  const { cached } = (await createNextRuntime().enter?.(['user:u1'])) ?? {}
  expect({ cached, tagged: next.tagged }).toEqual({ cached: true, tagged: ['user:u1'] })
})
