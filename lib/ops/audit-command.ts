import { auditKey } from '../telemetry/audit'
import type { AuditRecord } from '../telemetry/audit-trail'
import { telemetryRedis } from '../telemetry/connection'
import { exportAudit, readAudit } from '../telemetry/read-audit'
import { type Command, columns, EXIT, moment, readFlags, type Surroundings, whole } from './command'
import { InputError } from './id-list'

const FLAGS = ['user', 'since', 'until', 'limit', 'cursor', 'after'] as const

const trail = () => ({ redis: telemetryRedis(), key: auditKey() })

const cells = ({ at, actor, action, subject, target = '', outcome }: AuditRecord) => [
  ...[new Date(at).toISOString(), actor, action, subject, target, outcome],
]

function filterOf({ given }: ReturnType<typeof readFlags<(typeof FLAGS)[number]>>, now: number) {
  const [user, since, until] = [
    given('user'),
    moment('--since', given('since'), now),
    moment('--until', given('until'), now),
  ]
  return {
    ...(user !== undefined && { user }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  }
}

async function page(argv: readonly string[], { out, err, clock }: Surroundings) {
  const flags = readFlags(argv, FLAGS)
  if (flags.given('after')) throw new InputError('--after is for `audit export`; a page takes --cursor.')
  const cursor = flags.given('cursor')
  const limit = whole('--limit', flags.given('limit') ?? '50', 1, 1000)
  const { records, next } = await readAudit(trail(), {
    ...filterOf(flags, clock.now()),
    limit,
    ...(cursor !== undefined && { cursor }),
  })
  if (flags.json) out(`${JSON.stringify({ records, next: next ?? null })}\n`)
  else out(columns([['at', 'who', 'did', 'whose', 'what', 'outcome'], ...records.map(cells)]))
  if (next && !flags.json) err(`There is more: --cursor ${next}\n`)
  return EXIT.done
}

async function exportAll(argv: readonly string[], { out, err, clock, signal }: Surroundings) {
  const flags = readFlags(argv, FLAGS)
  if (flags.given('cursor') || flags.given('limit'))
    throw new InputError('An export takes --after, not --cursor or --limit.')
  const after = flags.given('after')
  let last = after
  for await (const { record, cursor } of exportAudit(trail(), {
    ...filterOf(flags, clock.now()),
    ...(after !== undefined && { after }),
  })) {
    if (signal.aborted) break
    out(`${JSON.stringify(record)}\n`)
    last = cursor
  }
  if (last !== undefined) err(`The next export: --after ${last}\n`)
  return signal.aborted ? EXIT.interrupted : EXIT.done
}

export const auditCommand: Command = {
  summary: 'who did what to whose, newest first; `audit export` all of it as NDJSON, oldest first',
  usage: `[export] [--user ID] [--since WHEN] [--until WHEN]
      --limit N --cursor CURSOR    of a page: 1 to 1000 records (50), and where the last one ended
      --after CURSOR               of an export: what came after the last one
      WHEN: 2026-11-20T08:00Z, or 30m, 6h, 7d ago`,
  run(argv, around) {
    const [first, ...rest] = argv
    if (first === 'export') return exportAll(rest, around)
    if (first !== undefined && !first.startsWith('-'))
      throw new InputError(`audit knows \`export\`, not ${JSON.stringify(first)}.`)
    return page(argv, around)
  },
}
