import { onAudit } from '../cache/audit-events'
import { ConfigurationError } from '../env'
import { KitError, LookupError } from '../lookup/errors'
import { auditWriter, recordAudit } from '../telemetry/audit'
import { CursorError } from '../telemetry/read-audit'
import { auditCommand } from './audit-command'
import { type Command, columns, EXIT, type Surroundings } from './command'
import { doctorCommand } from './doctor-command'
import { InputError } from './id-list'
import { inspectCommand } from './inspect-command'
import { invalidateCommand } from './invalidate-command'
import { keysCommand } from './keys-command'
import { statsCommand } from './stats-command'
import { warm } from './warm-command'

const commands: Record<string, Command> = {
  doctor: doctorCommand,
  stats: statsCommand,
  inspect: inspectCommand,
  invalidate: invalidateCommand,
  warm,
  audit: auditCommand,
  keys: keysCommand,
}

const usage = () => `npm run ops -- <command>

${columns(Object.entries(commands).map(([name, { summary }]) => [`  ${name}`, summary]))}
  --json    data on standard output, and nothing else      --help    of each command

Settings come from the environment and from .env files, as Next reads them.
Exit code: 0 done · 1 Clerk or Redis failed, or a check did · 2 bad arguments, input or settings · 130 interrupted.
`

/** Milliseconds in which what a command did gets into the audit trail. */
const RECORD_FOR = 3_000

/** Runs a command of operations; resolves with its exit code, having said why it is not 0. */
export async function ops(argv: readonly string[], around: Surroundings): Promise<number> {
  const [name, ...rest] = argv
  if (name === undefined || name === '--help' || name === 'help') {
    around.out(usage())
    return name === undefined ? EXIT.refused : EXIT.done
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) {
    around.err(
      `There is no command ${JSON.stringify(name)}. There are: ${Object.keys(commands).join(', ')}.\n`,
    )
    return EXIT.refused
  }
  if (rest.includes('--help')) {
    around.out(`npm run ops -- ${name} ${command.usage.trimEnd()}\n\n${name} ${command.summary}\n`)
    return EXIT.done
  }
  return attempt(command, rest, around)
}

async function attempt(command: Command, argv: readonly string[], around: Surroundings): Promise<number> {
  let recorded = 0
  const off = onAudit('audit', (event) => {
    recorded++
    recordAudit(event)
  })
  try {
    return await command.run(argv, around)
  } catch (error) {
    if (!(error instanceof InputError || error instanceof KitError || error instanceof LookupError))
      throw error
    around.err(`${error.message}\n`)
    const isAsked = [InputError, ConfigurationError, CursorError].some((kind) => error instanceof kind)
    return isAsked ? EXIT.refused : EXIT.failed
  } finally {
    off()
    if (recorded > 0 && !(await auditWriter().flush({ timeout: RECORD_FOR })))
      around.err('What was done is not in the audit trail: Redis did not take the record.\n')
  }
}
