import { afterEach, expect, test, vi } from 'vitest'
import { type Connection, subscribe } from '@/app/dashboard/subscribe'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('a reader who is refused after a lost connection stays refused', async () => {
  vi.useFakeTimers()
  const sources: Source[] = []
  class Source {
    static CLOSED = 2
    readyState = 0
    onerror = () => {}
    onmessage = () => {}
    close() {}
    constructor() {
      sources.push(this)
    }
  }
  vi.stubGlobal('EventSource', Source)
  vi.stubGlobal('document', { hidden: false, addEventListener() {}, removeEventListener() {} })
  vi.stubGlobal('fetch', async () => new Response('', { status: 403 }))
  const states: Connection[] = []
  const end = subscribe(
    null,
    () => {},
    (state) => states.push(state),
  )
  const [source] = sources
  source?.onerror()
  Object.assign(source ?? {}, { readyState: Source.CLOSED })
  source?.onerror()
  await vi.advanceTimersByTimeAsync(10_000)
  end()
  expect(states).toEqual(['refused'])
})
