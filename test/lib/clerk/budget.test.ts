import { expect, test } from 'vitest'
import { createClerkBudget } from '@/lib/clerk/budget'
import { useServices } from '../../support/services'

useServices({ keep: true })

test('is what Clerk allows in 10 s, minus what this process has sent in that time', () => {
  let now = 0
  const budget = createClerkBudget(() => now)
  const ask = (operation: string) => budget.listen({ operation, status: 200, ms: 1 })
  for (let i = 0; i < 30; i++) ask('GET /users')
  now = 6_000
  for (let i = 0; i < 20; i++) ask('updateUser')
  ask('GET /jwks')
  expect(budget.read()).toEqual({ limit: 1000, left: 950, pausedMs: 0 })
  now = 10_000
  expect(budget.read().left).toBe(980)
  now = 16_000
  expect(budget.read().left).toBe(1000)
})
