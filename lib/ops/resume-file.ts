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

/** Identifies a task. Another list of IDs or another database makes another task. */
export const taskOf = (parts: readonly string[]) =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex')

/**
 * The file from which an interrupted run is resumed. Its content is used only while the users that it names are still
 * cached: it is ignored if it belongs to another task, or if its run started more than `maxAge` milliseconds ago.
 */
export function resumeFile(path: string, options: { task: string; maxAge: number }) {
  return {
    path,
    async read(): Promise<Resumable | undefined> {
      try {
        const found = content.parse(JSON.parse(await readFile(path, 'utf8')))
        const age = Date.now() - found.startedAt
        return found.task === options.task && age >= 0 && age < options.maxAge ? found : undefined
      } catch {
        // Missing or incomplete: start from the beginning. Users who are cached cost no request.
        return undefined
      }
    },
    /** Writes the whole file or nothing, readable only by this user. */
    async write(state: Omit<Resumable, 'task'>) {
      const beside = `${path}.${randomUUID()}`
      try {
        await writeFile(beside, JSON.stringify({ task: options.task, ...state }), { mode: 0o600, flag: 'wx' })
        await rename(beside, path)
      } catch (error) {
        await rm(beside, { force: true }).catch(() => undefined)
        const code = error instanceof Error && 'code' in error ? error.code : error
        throw new InputError(`${path} cannot be written (${code}). Choose another file with --state.`)
      }
    },
    remove: () => rm(path, { force: true }),
  }
}
