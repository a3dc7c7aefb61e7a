import { afterEach, beforeEach, expect, type MockInstance, vi } from 'vitest'

// An unexpected console.error fails the test. A test that expects one spies on it itself.
let spy: MockInstance<typeof console.error>

beforeEach(() => {
  spy = vi.spyOn(console, 'error')
})

afterEach(() => {
  const calls = spy.mock.calls.map((args) => args.map(String).join(' '))
  spy.mockRestore()
  expect(calls, 'unexpected console.error').toEqual([])
})
