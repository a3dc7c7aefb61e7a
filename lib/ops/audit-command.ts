import { auditKey } from '../telemetry/audit'
import type { AuditRecord } from '../telemetry/audit-trail'
import { telemetryRedis } from '../telemetry/connection'
import { exportAudit, readAudit } from '../telemetry/read-audit'
import {
  type Command,
  type CommandContext,
  columns,
  EXIT,
  parseInteger,
  parseTime,
  readFlags,
} from './command'
import { InputError } from './id-list'

const FLAGS = ['user', 'since', 'until', 'limit', 'cursor', 'after'] as const

const trail = () => ({ redis: telemetryRedis(), key: auditKey() })

const cells = ({
  at,
  actor,
  impersonating,
  action,
  subject,
  target = '',
  outcome,
  repeats,
  lastAt,
}: AuditRecord) => [
  ...[
    new Date(at).toISOString(),
    impersonating ? `${actor} as ${impersonating}` : actor,
    action,
    subject,
    target,
    repeats && lastAt ? `${outcome}, ${repeats} × more until ${new Date(lastAt).toISOString()}` : outcome,
  ],
]

function filterOf({ flag }: ReturnType<typeof readFlags<(typeof FLAGS)[number]>>) {
  const now = Date.now()
  const [user, since, until] = [
    flag('user'),
    parseTime('--since', flag('since'), now),
    parseTime('--until', flag('until'), now),
  ]
  return {
    ...(user !== undefined && { user }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  }
}

async function page(argv: readonly string[], { out, err }: CommandContext) {
  const flags = readFlags(argv, FLAGS)
  if (flags.flag('after')) throw new InputError('--after belongs to `audit export`. Use --cursor here.')
  const cursor = flags.flag('cursor')
  const limit = parseInteger('--limit', flags.flag('limit') ?? '50', 1, 1000)
  const { records, next } = await readAudit(trail(), {
    ...filterOf(flags),
    limit,
    ...(cursor !== undefined && { cursor }),
  })
  if (flags.json) out(`${JSON.stringify({ records, next: next ?? null })}\n`)
  else out(columns([['time', 'actor', 'action', 'subject', 'target', 'outcome'], ...records.map(cells)]))
  if (next && !flags.json) err(`More records: --cursor ${next}\n`)
  return EXIT.done
}

async function exportAll(argv: readonly string[], { out, err, signal }: CommandContext) {
  const flags = readFlags(argv, FLAGS)
  if (flags.flag('cursor') || flags.flag('limit'))
    throw new InputError('`audit export` takes --after, not --cursor or --limit.')
  const after = flags.flag('after')
  let last = after
  for await (const { record, cursor } of exportAudit(trail(), {
    ...filterOf(flags),
    ...(after !== undefined && { after }),
  })) {
    if (signal.aborted) break
    out(`${JSON.stringify(record)}\n`)
    last = cursor
  }
  if (last !== undefined) err(`To continue: --after ${last}\n`)
  return signal.aborted ? EXIT.interrupted : EXIT.done
}

export const auditCommand: Command = {
  summary: 'shows the audit trail, newest first; `audit export` prints all of it as NDJSON, oldest first',
  usage: `[export] [--user ID] [--since WHEN] [--until WHEN]
      --limit N          records of a page, 1 to 1000 (default: 50)
      --cursor CURSOR    continues after the previous page
      --after CURSOR     continues after the previous export
      WHEN: 2026-11-20T08:00Z, or 30m, 6h, 7d ago`,
  run(argv, context) {
    const [first, ...rest] = argv
    if (first === 'export') return exportAll(rest, context)
    if (first !== undefined && !first.startsWith('-'))
      throw new InputError(`Unknown subcommand ${JSON.stringify(first)}. There is only \`audit export\`.`)
    return page(argv, context)
  },
}
