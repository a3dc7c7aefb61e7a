import type { Reporter } from 'vitest/node'
import { missing } from './missing'

/** Names, as the last thing a run prints, what this machine lacks and how to get it. */
export default class MissingReporter implements Reporter {
  onTestRunEnd() {
    for (const { what, consequence, remedy } of missing())
      console.log(`\nMissing here: ${what}. ${consequence} Get it with: ${remedy}`)
  }
}
