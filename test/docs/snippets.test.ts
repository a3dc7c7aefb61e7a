import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { type Fence, fences, root } from '../support/fences'

const read = (file: string) => readFileSync(join(root, file), 'utf8')
const lines = (text: string) => text.split('\n').filter((line) => line.trim() !== '')
const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts
const dockerfile = read('docs/deploy/Dockerfile')

/** Every variable that a part declares, by the source: `NAME: variable(`. */
const variables = new Set(
  readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...read(join('lib', file)).matchAll(/^ +([A-Z][A-Z_]+): variable\(/gm)])
    .map(([, name = '']) => name),
)

const routes = readdirSync(join(root, 'app'), { recursive: true, encoding: 'utf8' })
  .filter((file) => /(^|\/)(route\.ts|page\.tsx)$/.test(file))
  .map((file) => join('/', dirname(file)))

const commands = [...read('lib/ops/ops.ts').matchAll(/^ {2}(\w+): \w+Command,/gm)].map(([, name]) => name)

const problem = (found: boolean, what: string) => (found ? [] : [what])
const isRoute = (address: string) => routes.includes(new URL(address).pathname)

/** Where a guide stands beside the kit, beside the finder's copy or in an app with parts, a path leads to one of the kit. */
const inKit = (path: string) =>
  ['', 'lib/'].some((folder) =>
    existsSync(
      join(
        root,
        path
          .replace(/^\.\.\/clerk-cache-kit\//, '')
          .replace(/^tools\/find\//, 'lib/ops/find/')
          .replace(/^src\/lib\/clerk-cache\//, folder),
      ),
    ),
  )

/** The commands that the guides may use, each with what has to be true of its arguments. */
const shell: Record<string, (args: string[]) => string[]> = {
  npm: (args) => {
    const [command = '', name = '', dashes, sub = ''] = args.filter((arg) => arg !== '--silent')
    if (command !== 'run')
      return problem(['ci', 'install', 'test', 'start'].includes(command), `npm ${command}`)
    const ops = name === 'ops' && dashes === '--' && !sub.startsWith('--')
    return [
      ...problem(name in scripts, `no script ${name}`),
      ...problem(!ops || commands.includes(sub), `no command ${sub}`),
    ]
  },
  npx: (given) => {
    const [tool = '', ...args] = given.filter((arg) => arg !== '--yes')
    if (tool === 'cloudflared') return []
    if (tool === 'next') return problem(args.join() === 'build', 'not next build')
    if (tool === 'tsx') return problem(inKit(args[0] ?? ''), `no file ${args[0]}`)
    if (tool === 'vitest')
      return problem(
        args.slice(1).every((arg) => arg.startsWith('-') || inKit(arg)),
        'no test',
      )
    return problem(tool.startsWith('shadcn@') && args[0] === 'add' && inKit(args[1] ?? ''), `npx ${tool}`)
  },
  docker: ([command = '', ...args]) => {
    const file = args[args.indexOf('-f') + 1] ?? ''
    return command === 'run'
      ? []
      : problem(['build', 'compose'].includes(command) && inKit(file), `no file ${file}`)
  },
  promtool: (args) => problem(inKit(args.at(-1) ?? ''), `no file ${args.at(-1)}`),
  curl: (args) => args.filter((arg) => /^https?:/.test(arg)).flatMap((url) => problem(isRoute(url), url)),
  vercel: ([command = '', sub = '', name = '']) =>
    command === 'env'
      ? problem(sub === 'add' && variables.has(name), `no setting ${name}`)
      : problem(command === 'link' || command === 'deploy', command),
  // Tools of the system that need nothing of the kit.
  echo: () => [],
  openssl: () => [],
  sed: () => [],
  cat: () => [],
}

/** `npm run x | y` and `a && b` are two commands; quotes keep spaces. Comments and redirections are left out. */
function shellProblems(text: string): string[] {
  const commandLines = lines(text.replaceAll('\\\n', ' ').replaceAll(/(^|\s)#.*$/gm, '$1'))
  return commandLines
    .flatMap((line) => line.split(/ \| | && /))
    .flatMap((command) => {
      const words = (command.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) =>
        word.replaceAll(/^["']|["']$/g, ''),
      )
      const [name = '', ...args] = words.filter((word) => !/^[A-Z_]+=/.test(word))
      return shell[name]?.(args) ?? [`no rule for the command ${name}`]
    })
}

/** Whether a reader finds the lines of a block in the file that the guide is about. */
const missingIn = (file: string, text: string) => lines(text).filter((line) => !file.includes(line.trim()))

const dies = (parse: () => unknown): string[] => {
  try {
    parse()
    return []
  } catch (error) {
    return [String(error)]
  }
}

const rules: Record<string, (fence: Fence) => string[]> = {
  // Compiled by snippets-compile.test.ts.
  ts: () => [],
  tsx: () => [],
  sh: ({ text }) => shellProblems(text),
  json: ({ text }) => dies(() => JSON.parse(text)),
  yaml: ({ text }) => dies(() => parseYaml(text, { strict: true })),
  env: ({ text }) =>
    lines(text)
      .filter((line) => !line.startsWith('#'))
      .flatMap((line) => problem(variables.has(line.split('=')[0] ?? ''), `no setting ${line}`)),
  dockerfile: ({ text }) => missingIn(dockerfile, text),
  // Settings of a Redis server: test/lib/lookup/redis/tcp-servers.test.ts starts one with them.
  conf: ({ at }) => problem(at.startsWith('docs/guides/redis.md:'), 'only docs/guides/redis.md has them'),
  http: ({ text }) => {
    const [method, address = ''] = text.split(/\s/)
    return problem(method === 'GET' && isRoute(`http://localhost${address}`), `no route ${address}`)
  },
  css: ({ text }) =>
    [...text.matchAll(/@import ".*\/([\w.]+)";/g)].flatMap(([, file]) =>
      problem(
        read('docs/registry/dashboard.json').includes(`/${file}"`),
        `no file ${file} in the dashboard's part`,
      ),
    ),
  // Generated from the code: test/docs/api.test.ts.
  signature: ({ at }) => problem(at.startsWith('docs/api.md:'), 'only docs/api.md has signatures'),
  // test/docs/registry.test.ts compares it with the app that takes the parts.
  diff: ({ at }) => problem(at.startsWith('docs/adopt.md:'), 'only docs/adopt.md has a diff'),
  mermaid: ({ text }) =>
    [...text.matchAll(/([\w-]+\.ts)\b/g)].flatMap(([, file = '']) =>
      problem(existsSync(join(root, 'lib/lookup', file)), `no file lib/lookup/${file}`),
    ),
  // What a program prints. test/lib/ops/find/run.test.ts compares it with what the finder prints.
  text: ({ at }) => problem(at.startsWith('docs/finder.md:'), 'only docs/finder.md has output'),
}

test.each(fences)('the $language block at $at is right', (fence) => {
  const rule = rules[fence.language]
  expect(rule ? rule(fence) : [`no rule for the language "${fence.language}"`]).toEqual([])
})

test('a block with a command, a script, a route or a setting that does not exist is found', () => {
  expect(shellProblems('npm run nothing')).toEqual(['no script nothing'])
  expect(shellProblems('npm run ops -- nothing | sort')).toEqual([
    'no command nothing',
    'no rule for the command sort',
  ])
  expect(shellProblems('curl http://localhost:3000/api/nothing')).toHaveLength(1)
  expect(shellProblems('npx tsx nothing.ts')).toEqual(['no file nothing.ts'])
})

test('.env.example lists every setting, and no other', () => {
  const listed = [...read('.env.example').matchAll(/^(?:# )?([A-Z][A-Z_]+)=/gm)].map(([, name = '']) => name)
  expect(listed.toSorted()).toEqual([...variables].toSorted())
})
