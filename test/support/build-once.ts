import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** What no build reads: packages (the lock file stands for them), tests, stand-ins, and of docs all but the guides. */
const UNREAD =
  /^(node_modules|test|bench|coverage|local|vitest\.config\.ts|[A-Z]+\.md|docs\/(?!guides)[^/]+(?<!\.md))$/
const WRITTEN = /(^|\/)(\.[^/]*|next-env\.d\.ts|[^/]*\.tsbuildinfo)$/

/** The files of a folder that a build may read. */
const sources = (folder: string, within = ''): string[] =>
  readdirSync(join(folder, within), { withFileTypes: true })
    .map((entry) => ({ path: join(within, entry.name), isFolder: entry.isDirectory() }))
    .filter(({ path }) => !UNREAD.test(path) && !WRITTEN.test(path))
    .flatMap(({ path, isFolder }) => (isFolder ? sources(folder, path) : [path]))
    .sort()

/** A hash of all that a build is made from: the files of the app and of the fixture, and the settings. */
function inputsOf(folders: string[], settings: object): string {
  const hash = createHash('sha256').update(JSON.stringify([process.version, settings]))
  for (const folder of folders)
    for (const file of sources(folder)) hash.update(`\0${file}\0`).update(readFileSync(join(folder, file)))
  return hash.digest('hex')
}

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const isCode = (error: unknown, code: string) =>
  error instanceof Error && 'code' in error && error.code === code

/** The process that builds, or 0 if it has just ended. */
function holderOf(lock: string): number {
  try {
    return Number(readFileSync(lock, 'utf8'))
  } catch (error) {
    if (isCode(error, 'ENOENT')) return 0
    throw error
  }
}

/** Waits until no other process builds into the same folder. Returns what ends the turn of this one. */
async function takeTurn(lock: string): Promise<() => void> {
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      return () => rmSync(lock, { force: true })
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error
      // One that was killed has left its lock.
      const holder = holderOf(lock)
      if (holder > 0 && !isRunning(holder)) rmSync(lock, { force: true })
      await pause(100)
    }
  }
}

/**
 * Builds into a folder, unless the build that is there was made from the same files and settings, by this run or an
 * earlier one. Test files that need the same build at the same time wait for one. Returns what `build` returned, as
 * JSON.
 */
export async function buildOnce(options: {
  /** Where the build is. */
  into: string
  /** The folders whose files it is made from. */
  from: string[]
  /** Everything else that makes it another build. */
  settings: object
  build: () => Promise<unknown>
}): Promise<unknown> {
  const { into, from, settings, build } = options
  const note = join(into, 'built-from.json')
  const inputs = inputsOf(from, settings)
  const done = await takeTurn(`${into}.lock`)
  try {
    if (existsSync(note)) {
      const made: { inputs: string; result: unknown } = JSON.parse(readFileSync(note, 'utf8'))
      if (made.inputs === inputs) return made.result
    }
    rmSync(into, { recursive: true, force: true })
    const result = (await build()) ?? null
    writeFileSync(note, JSON.stringify({ inputs, result }))
    return result
  } finally {
    done()
  }
}
