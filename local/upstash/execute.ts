import { createScripts, refusal } from './commands'
import { createPool } from './pool'
import { HttpError, type Item } from './protocol'
import { type Command, type Connection, RedisError } from './resp'

/** Runs the commands of one request in order, and calls `onCommand` for each that reaches the engine. */
export function createExecutor(connect: () => Promise<Connection>, onCommand: (command: Command) => void) {
  const pool = createPool(connect)
  const scripts = createScripts()

  /** `fail` can return an error for a command, which then does not reach the engine. */
  async function execute(
    commands: Command[],
    atomic: boolean,
    fail: (command: Command) => string | undefined,
  ): Promise<Item[]> {
    const errors = commands.map((command) => fail(command) ?? refusal(command))
    const reason = errors.find((error) => error !== undefined)
    if (atomic && reason) throw aborted(reason)
    const accepted = commands.filter((_, i) => errors[i] === undefined)
    accepted.forEach(onCommand)
    const sent = accepted.map(scripts.toEngine)
    const replies = (atomic ? await transact(sent) : await pool.run(sent)).values()
    return commands.map((command, i) => {
      const error = errors[i]
      if (error !== undefined) return { error }
      const reply = scripts.fromEngine(command, replies.next().value ?? null)
      return reply instanceof RedisError ? { error: reply.message } : { result: reply }
    })
  }

  /** The whole transaction is one write on one connection, so no other command can run in between. */
  async function transact(commands: Command[]) {
    const replies = await pool.run([['MULTI'], ...commands, ['EXEC']])
    const executed = replies.at(-1)
    if (Array.isArray(executed)) return executed
    throw aborted(replies.find((reply) => reply instanceof RedisError)?.message ?? 'nothing was executed')
  }

  return { execute, close: pool.close }
}

const aborted = (reason: string) =>
  new HttpError(400, `EXECABORT Transaction discarded because of: ${reason}`)
