import { execFile, execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'

const root = join(import.meta.dirname, '../..')
const fixture = join(root, 'test/fixtures/host-app')

/** What the guide changes in the files of the app. */
export const patch = readFileSync(join(fixture, 'adopt.patch'), 'utf8')

const part = z.object({
  files: z.array(z.object({ target: z.string(), content: z.string() })),
  dependencies: z.array(z.string()),
})
const partOf = (name: string) =>
  part.parse(JSON.parse(readFileSync(join(root, `docs/registry/${name}.json`), 'utf8')))

/** What a file of `docs/registry` installs: its targets and their content. */
export const filesOf = (name: string) => partOf(name).files

const manifest = z.looseObject({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
})

/** What Next and npm write into a folder. */
const GENERATED = /^(node_modules|\.next|next-env\.d\.ts|tsconfig\.tsbuildinfo)(\/|$)/

/** The files of a folder by their paths. package.json as its data, since npm formats it. */
function filesIn(folder: string): Record<string, unknown> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) => !GENERATED.test(path) && statSync(join(folder, path)).isFile(),
  )
  return Object.fromEntries(
    paths.sort().map((path) => {
      const text = readFileSync(join(folder, path), 'utf8')
      return [path, path === 'package.json' ? JSON.parse(text) : text]
    }),
  )
}

/** An app that knows nothing of the kit, as create-next-app lays it out, with these versions of its packages. */
export function createHostApp(folder: string, versions: Record<string, string> = {}) {
  rmSync(folder, { recursive: true, force: true })
  cpSync(fixture, folder, { recursive: true, filter: (path) => !path.endsWith('adopt.patch') })
  const changeManifest = (change: (app: z.infer<typeof manifest>) => void) => {
    const path = join(folder, 'package.json')
    const app = manifest.parse(JSON.parse(readFileSync(path, 'utf8')))
    change(app)
    writeFileSync(path, `${JSON.stringify(app, undefined, 2)}\n`)
  }
  changeManifest(({ dependencies, devDependencies }) => {
    for (const [name, version] of Object.entries(versions))
      (name in dependencies ? dependencies : devDependencies)[name] = version
  })
  const before = filesIn(folder)
  /** Not in this thread: the stand-ins and connections to the app live in it. @throws Error with the output */
  async function run(program: string, ...args: string[]): Promise<string> {
    try {
      return (await promisify(execFile)(program, args, { cwd: folder })).stdout
    } catch (error) {
      const { stdout, stderr } = z.object({ stdout: z.string(), stderr: z.string() }).parse(error)
      throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`)
    }
  }
  const apply = (...options: string[]) =>
    execFileSync('git', ['apply', ...options, '-'], {
      cwd: folder,
      input: patch,
      // The folder is one of a repository, but the patch is of the folder.
      env: { ...process.env, GIT_CEILING_DIRECTORIES: dirname(folder) },
    })
  return {
    folder,
    before,
    /** What `shadcn add docs/registry/<name>.json` does in an app that has `src`, before it runs `npm install`. */
    add(...names: string[]) {
      changeManifest(({ dependencies }) => {
        for (const dependency of names.flatMap((name) => partOf(name).dependencies)) {
          const at = dependency.lastIndexOf('@')
          dependencies[dependency.slice(0, at)] ??= dependency.slice(at + 1)
        }
      })
      for (const { target, content } of names.flatMap(filesOf)) {
        const path = join(folder, 'src', target)
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, content)
      }
    },
    adopt: () => apply(),
    /** Reverses `add` and `adopt`, but for the packages. */
    takeOut() {
      apply('--reverse')
      rmSync(join(folder, 'src/lib/clerk-cache'), { recursive: true })
    },
    npm: (...args: string[]) =>
      run('npm', ...args, '--no-package-lock', '--no-audit', '--no-fund', '--prefer-offline'),
    /** Runs a program that a package of the app has. */
    run: (program: string, ...args: string[]) => run(join(folder, 'node_modules/.bin', program), ...args),
    /** Its files now, without what Next and npm write. */
    files: () => filesIn(folder),
    has: (path: string) => existsSync(join(folder, path)),
    read: (path: string) => readFileSync(join(folder, path), 'utf8'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
