import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'

const root = join(import.meta.dirname, '../..')
const fixture = join(root, 'test/fixtures/host-app')

/** What the guide changes in the files of the app. */
export const patch = readFileSync(join(fixture, 'adopt.patch'), 'utf8')

const part = z.object({ files: z.array(z.object({ target: z.string(), content: z.string() })) })

/** What a file of `docs/registry` installs: its targets and their content. */
export const filesOf = (name: string) =>
  part.parse(JSON.parse(readFileSync(join(root, `docs/registry/${name}.json`), 'utf8'))).files

/**
 * An app that knows nothing of the kit, as create-next-app lays it out. `folder` has to be inside the repository: its
 * packages are the repository's, except for TypeScript, which is 5.9.
 */
export function createHostApp(folder: string) {
  rmSync(folder, { recursive: true, force: true })
  cpSync(fixture, folder, { recursive: true, filter: (path) => !path.endsWith('adopt.patch') })
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(join(root, 'node_modules/typescript-5'), join(folder, 'node_modules/typescript'))
  const apply = (...options: string[]) =>
    execFileSync('git', ['apply', ...options, '-'], {
      cwd: folder,
      input: patch,
      // The folder is one of a repository, but the patch is of the folder.
      env: { ...process.env, GIT_CEILING_DIRECTORIES: dirname(folder) },
    })
  return {
    folder,
    /** What `shadcn add docs/registry/<name>.json` does with the files, in an app that has `src`. */
    add(...names: string[]) {
      for (const { target, content } of names.flatMap(filesOf)) {
        const path = join(folder, 'src', target)
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, content)
      }
    },
    adopt: () => apply(),
    /** Reverses `add` and `adopt`. */
    takeOut() {
      apply('--reverse')
      rmSync(join(folder, 'src/lib/clerk-cache'), { recursive: true })
    },
    has: (path: string) => existsSync(join(folder, path)),
    read: (path: string) => readFileSync(join(folder, path), 'utf8'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
