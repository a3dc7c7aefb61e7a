import { createHash, randomUUID } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { InputError } from './id-list'

const content = z.object({
  task: z.string(),
  ids: z.array(z.string()).optional(),
  done: z.number().int().min(0),
  unknown: z.number().int().min(0),
  startedAt: z.number(),
})

type Resumable = z.output<typeof content>

/** What identifies a task: another list of ids, or another database, is another task. */
export const taskOf = (parts: readonly string[]) =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex')

/**
 * What a killed run leaves for the next one. It is worth something only while what was warmed is still cached, so
 * one that began longer than `maxAge` milliseconds ago, and one of another task, count as none.
 */
export function resumeFile(path: string, options: { task: string; maxAge: number; now: () => number }) {
  return {
    path,
    async read(): Promise<Resumable | undefined> {
      try {
        const found = content.parse(JSON.parse(await readFile(path, 'utf8')))
        const age = options.now() - found.startedAt
        return found.task === options.task && age >= 0 && age < options.maxAge ? found : undefined
      } catch {
        // None, or half of one: the task begins at its beginning, and what is cached costs nothing.
        return undefined
      }
    },
    /** Whole or not at all, and for this user's eyes. */
    async write(state: Omit<Resumable, 'task'>) {
      const beside = `${path}.${randomUUID()}`
      try {
        await writeFile(beside, JSON.stringify({ task: options.task, ...state }), { mode: 0o600, flag: 'wx' })
        await rename(beside, path)
      } catch (error) {
        await rm(beside, { force: true }).catch(() => undefined)
        const code = error instanceof Error && 'code' in error ? error.code : error
        throw new InputError(`${path} cannot be written (${code}): name another file with --state.`)
      }
    },
    remove: () => rm(path, { force: true }),
  }
}
