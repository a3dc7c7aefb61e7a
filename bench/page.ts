import { barChart } from './chart'
import type { Contest, ContestRow } from './contests'
import { reasons } from './reasons'
import { asked, met, type Section, shown, table } from './report'

/** A run of `npm run bench`, as it is written to `results/` and `docs/benchmarks/`. */
export interface Run {
  machine: string
  /** The load average before and after, because others may use the machine too. */
  load: [number, number]
  minutes: number
  rounds: number
  sections: Section[]
  contests: Contest[]
}

const markdown = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')

const number = (value: number) =>
  value >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)))

/** The rows by what stands before their `: `, so that each group is a table of its own. */
function groupsOf(rows: readonly ContestRow[]) {
  const groups = new Map<string, { column: string; row: ContestRow }[]>()
  for (const row of rows) {
    const parts = row.name.split(': ')
    const group = parts.length > 1 ? (parts[0] ?? '') : ''
    groups.set(group, [...(groups.get(group) ?? []), { column: parts.at(-1) ?? '', row }])
  }
  return groups
}

/** A table of the contestants for each group of rows; the best figure of a column is bold. */
function contestTables({ rows }: Contest): string {
  return [...groupsOf(rows)]
    .map(([group, columns]) => {
      const contestants = [...new Set(columns.flatMap(({ row }) => Object.keys(row.figures)))]
      const head = [
        group,
        ...columns.map(({ column, row }) => (row.unit ? `${column}, ${row.unit}` : column)),
      ]
      const lines = contestants.map((contestant) => [
        contestant,
        ...columns.map(({ row }) => {
          const figure = row.figures[contestant]?.median
          if (figure === undefined) return ''
          return figure === best(row) ? `**${number(figure)}**` : number(figure)
        }),
      ])
      return markdown(head, lines)
    })
    .join('\n\n')
}

function best({ figures, better }: ContestRow): number {
  const all = Object.values(figures).map(({ median }) => median)
  return better === 'less' ? Math.min(...all) : Math.max(...all)
}

/** The charts, by the row that they show. */
const CHARTS: Record<string, string> = {
  'page, first read': 'first-read',
  'page, repeated read': 'repeated-read',
  '16 clients: pages a second': 'pages-a-second',
  '16 clients: CPU a page': 'cpu-a-page',
  'first page': 'cold-process',
}

/** The charts of a run, by file name. */
export function chartsOf({ contests }: Run): Map<string, string> {
  const charts = new Map<string, string>()
  for (const { title, rows } of contests)
    for (const { name, unit, figures, better } of rows) {
      const file = CHARTS[name]
      if (!file) continue
      const bars = Object.entries(figures).map(([label, { median }]) => ({ label, value: median }))
      charts.set(`${file}.svg`, barChart(`${title}: ${name}`, { unit, better, bars, show: number }))
    }
  return charts
}

function targetsOf({ sections }: Run): string {
  const targets = sections.flatMap(({ title, figures }) =>
    figures.filter(({ required }) => required).map((figure) => ({ title, figure })),
  )
  const missed = targets.filter(({ figure }) => !met(figure))
  const why = missed.map(({ title, figure }) => {
    const reason = reasons[`${title}: ${figure.name}`]
    if (!reason) throw new Error(`bench/reasons.ts does not say why this is missed: ${title}: ${figure.name}`)
    return `- **${figure.name}** (${title}): ${reason}`
  })
  return [
    '## Targets',
    markdown(
      ['', 'target', 'measured', ''],
      targets.map(({ title, figure }) => [
        `${title}: ${figure.name}`,
        asked(figure),
        shown(figure),
        met(figure) ? 'met' : '**missed**',
      ]),
    ),
    ...(why.length > 0 ? [`Missed, and why:\n\n${why.join('\n')}`] : ['All are met.']),
  ].join('\n\n')
}

/** docs/benchmarks.md. */
export function pageOf(run: Run): string {
  const { machine, load, minutes, rounds, contests, sections } = run
  const [before, after] = load
  return [
    '# Benchmarks',
    `Written by \`npm run bench\`: do not edit it. Every figure comes from [one run](benchmarks/run-1.json) of ${number(minutes)} minutes on ${machine}, in which all contestants take turns: ${rounds} rounds (3 of pages and cold processes), of which a figure is the median. A ratio is the median of the rounds' own ratios. The machine was used by others too (load average ${before} before, ${after} after), so compare the figures with each other, not with those of another machine. In [two](benchmarks/run-2.json) [more runs](benchmarks/run-3.json) the same contestants are ahead, or cannot be told apart: [a test](../test/docs/benchmarks.test.ts) compares the three. Figures count as even if they differ by less than a tenth, or if rounds of both overlap.`,
    '`npm run bench` runs everything on a fresh clone, without an account, in less than 15 minutes on two cores, and writes this page; the two runs before it are kept to compare. `npm run bench -- redis-hit` runs one part and writes nothing here.',
    targetsOf(run),
    'How many requests to Clerk a day of a whole app costs is counted apart, without a clock: [what it saves](what-it-saves.md). The target of 99 % fewer is met with webhooks and a TTL of 3600 s, and missed by 0.1 % with 300 s.',
    '## Comparisons',
    'Everything reads the same users, which the stand-in of Clerk returns after 150 ms. Redis is a real one behind the local REST server, so a round trip takes less than over a network. "process cache" is `CACHE_PROCESS_TTL`. Bold: the best of a column. What the others do not do, such as an invalidation that holds in all processes, is in [how a lookup works](how-a-lookup-works.md).',
    ...contests.map((contest) =>
      [
        `### ${contest.title}`,
        contest.note,
        ...contest.rows.flatMap(({ name }) =>
          CHARTS[name] ? [`![${name}, by contestant](benchmarks/${CHARTS[name]}.svg)`] : [],
        ),
        contestTables(contest),
      ].join('\n\n'),
    ),
    '## Measurements',
    ...sections.map((section) => `#${table(section).trim()}`),
    '',
  ].join('\n\n')
}

/** The figure of a contestant in a row, for the README. */
function figure(run: Run, row: string, contestant: string) {
  const found = run.contests.flatMap(({ rows }) => rows).find(({ name }) => name === row)?.figures[contestant]
  if (!found) throw new RangeError(`${contestant} was not measured in ${row}`)
  return found.median
}

const IN_README = [
  'kit, process cache',
  'kit, Redis',
  'cache() over a bare GET',
  '"use cache"',
  'Clerk directly',
]

/** The figures of the README, between its two markers. */
export function readmePart(run: Run): string {
  const columns: [string, string, string][] = [
    ['first read in a page', 'page, first read', ' µs'],
    ['read again', 'page, repeated read', ' µs'],
    ['pages a second', '16 clients: pages a second', ''],
    ['p99', '16 clients: p99', ' ms'],
    ['Redis commands a page', 'Redis commands a page', ''],
    ['Clerk requests a page', 'Clerk requests a page', ''],
  ]
  return markdown(
    ['', ...columns.map(([head]) => head)],
    IN_README.map((contestant) => [
      contestant,
      ...columns.map(([, row, unit]) => `${number(figure(run, row, contestant))}${unit}`),
    ]),
  )
}

export const README_MARKERS = ['<!-- benchmarks -->\n', '\n<!-- end of benchmarks -->'] as const

export function withReadmePart(readme: string, run: Run): string {
  const [begin, end] = README_MARKERS
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)]
  if (from < 0 || to < from) throw new Error('The README has no place for the figures')
  return readme.slice(0, from + begin.length) + readmePart(run) + readme.slice(to)
}
