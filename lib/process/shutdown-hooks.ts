import { onePerProcess } from '../lookup/one-per-process'

const endings = onePerProcess('endings', () => new Map<string, () => void>())

/** What holds a process that is to end, such as an open stream, and how to end it; a name replaces its last one. */
export function onShutdown(name: string, end: () => void): void {
  endings.set(name, end)
}

/** Ends all of it. */
export function runShutdownHooks(): void {
  for (const end of endings.values()) end()
  endings.clear()
}
