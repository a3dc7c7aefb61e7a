import { onAudit } from '../cache/audit-events'
import { type ErrorCode, isMistake, problemOf } from '../errors'
import { flushAudit, recordAudit } from '../telemetry/audit'
import { endWindows } from '../telemetry/folded-audit'
import { printableLines } from '../telemetry/printable'
import { auditCommand } from './audit-command'
import { type Command, type CommandContext, columns, EXIT } from './command'
import { doctorCommand } from './doctor-command'
import { findCommand } from './find-command'
import { forgetCommand } from './forget-command'
import { inspectCommand } from './inspect-command'
import { invalidateCommand } from './invalidate-command'
import { keysCommand } from './keys-command'
import { statsCommand } from './stats-command'
import { warmCommand } from './warm-command'

const commands: Record<string, Command> = {
  doctor: doctorCommand,
  stats: statsCommand,
  inspect: inspectCommand,
  invalidate: invalidateCommand,
  forget: forgetCommand,
  warm: warmCommand,
  audit: auditCommand,
  keys: keysCommand,
  find: findCommand,
}

const usage = () => `npm run ops -- <command>

${columns(Object.entries(commands).map(([name, { summary }]) => [`  ${name}`, summary]))}
  --json    prints only data, as JSON      --help    also for each command

Settings come from the environment and from the .env files that Next reads in production.
Exit code: 0 done · 1 Clerk, Redis or a check failed · 2 arguments, input or settings are not valid · 130 interrupted.
`

/** Milliseconds to write the audit records of a command. */
const RECORD_FOR = 3_000
/** Errors that the caller can correct. Their messages say where and how. */
const REFUSED: readonly ErrorCode[] = ['bad_input', 'bad_cursor', 'not_configured']

/** Runs an operations command and returns its exit code. Prints the reason if the code is not 0. */
export async function ops(argv: readonly string[], given: CommandContext): Promise<number> {
  // JSON too: it may have these characters unescaped, and anybody who can write to Redis can put them there.
  const context = { ...given, out: (text: string) => given.out(printableLines(text)) }
  const [name, ...rest] = argv
  if (name === undefined || name === '--help' || name === 'help') {
    context.out(usage())
    return name === undefined ? EXIT.refused : EXIT.done
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) {
    context.err(
      `Unknown command ${JSON.stringify(name)}. The commands are: ${Object.keys(commands).join(', ')}.\n`,
    )
    return EXIT.refused
  }
  if (rest.includes('--help')) {
    context.out(`npm run ops -- ${name} ${command.usage.trimEnd()}\n\n${name} ${command.summary}\n`)
    return EXIT.done
  }
  return attempt(command, rest, context)
}

async function attempt(command: Command, argv: readonly string[], context: CommandContext): Promise<number> {
  const { err, signal } = context
  let recorded = 0
  const off = onAudit('audit', (event) => {
    recorded++
    recordAudit(event)
  })
  try {
    return await command.run(argv, context)
  } catch (error) {
    const resume = command.resume ? ` ${command.resume}` : ''
    if (signal.aborted && error === signal.reason) {
      err(`Interrupted.${resume}\n`)
      return EXIT.interrupted
    }
    const problem = problemOf(error)
    if (!problem || isMistake(problem)) throw error
    if (error instanceof Error && REFUSED.includes(problem.code)) {
      err(`${error.message}\n`)
      return EXIT.refused
    }
    err(`${problem.title}. ${problem.fix ?? problem.advice}${resume}\n`)
    return EXIT.failed
  } finally {
    off()
    endWindows()
    if (recorded > 0 && !(await flushAudit({ timeout: RECORD_FOR })))
      err('This is not in the audit trail, because Redis did not store the record.\n')
  }
}
