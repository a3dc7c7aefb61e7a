import type { Violation } from './checker'
import { type Counts, increment, sum } from './counts'
import type { SoakResult } from './soak'

/** The heap may have grown by this part between the first minute and the end. */
const HEAP_GROWTH = 0.2

export const readsOf = ({ reads }: SoakResult) => sum(reads)

/** How much the heap grew after the first minute, as a part of it. */
const growthOf = (heap: number[]) => (heap.at(-1) ?? 0) / (heap[0] ?? 0) - 1

/** What must not be, as sentences; none if the soak went well. `withHeap`: it ran for long enough to compare heaps. */
export function problemsOf(result: SoakResult, withHeap: boolean): string[] {
  const { stale, tokensAfterRevocation, heaps } = result
  const grown = heaps.filter((heap) => growthOf(heap) > HEAP_GROWTH)
  return [
    ...(stale.length > 0 ? [`${stale.length} values of ${readsOf(result)} reads were stale`] : []),
    ...(tokensAfterRevocation.length > 0
      ? [`${tokensAfterRevocation.length} tokens were handed out after a revocation`]
      : []),
    ...(withHeap && grown.length > 0 ? [`The heap of ${grown.length} servers grew by more than 20 %`] : []),
  ]
}

const table = (head: string[], rows: (string | number)[][]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
const pairs = (head: [string, string], counts: Iterable<[string, number]>) => table(head, [...counts])
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

function byFault(violations: Violation[]): Counts {
  const counts: Counts = new Map()
  for (const { during } of violations) increment(counts, during)
  return counts
}

/** The result as Markdown. */
export function reportOf(result: SoakResult, problems: string[]): string {
  const { stale, tokensAfterRevocation, webhooks, clerk, redis } = result
  const examples = [...stale, ...tokensAfterRevocation]
    .slice(0, 20)
    .map(({ what, during, since }) => `- ${what}: ${during}${since === null ? '' : `, ${since} ms after it`}`)
  return [
    `# Soak: ${problems.length === 0 ? 'good' : problems.join('; ')}`,
    table(
      ['', ''],
      [
        ['seed', result.seed],
        ['seconds', result.seconds],
        ['reads with a value', readsOf(result)],
        ['stale', stale.length],
        ['tokens handed out', result.tokens],
        ['tokens after an acknowledged revocation', tokensAfterRevocation.length],
        ['reads answered with an error', sum(result.refused)],
        ['changes', sum(result.edits)],
        ['webhooks', `${webhooks.messages}, ${webhooks.copies - webhooks.messages} of them twice`],
        ['attempts to deliver them', `${webhooks.attempts}, ${webhooks.refused} not accepted`],
        ['Clerk calls', clerk.total],
        ['Redis requests', `${redis.http} with ${redis.commands} commands`],
        ...result.heaps.map((heap, i) => [
          `heap of server ${i + 1} by the minute`,
          `${heap.map(megabytes).join(', ')} (${Math.round(growthOf(heap) * 100)} %)`,
        ]),
      ],
    ),
    ...(examples.length > 0 ? [`## Violations\n${examples.join('\n')}`] : []),
    ...(stale.length > 0 ? ['## Stale reads by fault', pairs(['fault', 'reads'], byFault(stale))] : []),
    '## Faults',
    table(
      ['fault', 'turns', 'requests affected'],
      [...result.turns].map(([name, { turns, affected }]) => [name, turns, affected]),
    ),
    '## Reads',
    pairs(['kind', 'reads'], result.reads),
    '## Errors',
    pairs(['code', 'answers'], result.refused),
    '## Changes',
    pairs(['kind', 'changes'], result.edits),
    '## Clerk',
    pairs(['request', 'calls'], Object.entries(clerk.byRoute)),
    '## Failed Redis requests',
    ...result.servers.map((server, i) =>
      pairs([`server ${i + 1}`, 'requests'], Object.entries(server.redis.errors)),
    ),
    '',
  ].join('\n\n')
}
