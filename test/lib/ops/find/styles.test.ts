import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findIn, said } from './fixture'

const name = fc
  .tuple(
    fc.constantFrom('api', 'backend', 'identity', 'getIt', 'client', 'users', 'user'),
    fc.nat({ max: 99 }),
  )
  .map(([word, number]) => `${word}_${number}`)
const space = fc.constantFrom('', ' ', '\n', '\n\n  ', ' /* users.getUser() */ ', ' // await currentUser()\n')
const names = fc.record({ made: name, local: name, helper: name, outer: name, id: name })
type Names = { made: string; local: string; helper: string; outer: string; id: string }

/** How a program gets hold of `clerkClient`: the code, and the name or expression for it. */
const imports: readonly ((names: Names, source: string) => [code: string, client: string])[] = [
  (_, source) => [`import { clerkClient } from '${source}'`, 'clerkClient'],
  ({ made }, source) => [`import { clerkClient as ${made} } from '${source}'`, made],
  ({ made }, source) => [`import * as ${made} from '${source}'`, `${made}.clerkClient`],
  ({ made }, source) => [`const { clerkClient: ${made} } = require('${source}')`, made],
  ({ made }, source) => [`const ${made} = await import('${source}')`, `${made}['clerkClient']`],
  ({ made, outer }, source) => [
    `import { clerkClient as ${outer} } from '${source}'\nconst ${made} = ${outer}`,
    made,
  ],
]

/** How it makes a client: statements, and the expression that has it. */
const clients: readonly ((names: Names, client: string) => [code: string, value: string])[] = [
  (_, client) => ['', `(await ${client}())`],
  (_, client) => ['', client],
  ({ local }, client) => [`const ${local} = await ${client}()`, local],
  ({ local }, client) => [`let ${local}\n${local} = ${client}()`, `(await ${local})`],
  ({ local, helper }, client) => [
    `const ${helper} = async () => ${client}()\nconst ${local} = await ${helper}()`,
    local,
  ],
  ({ local, helper }, client) => [
    `function ${helper}() { return { ${local}: ${client}() } }`,
    `(await ${helper}().${local})`,
  ],
  ({ helper }, client) => [`class ${helper} { static of = ${client}() }`, `(await ${helper}.of)`],
  ({ local }, client) => [`const [, ${local}] = await Promise.all([1, ${client}()])`, local],
]

/** How it calls, with anything between the words. */
const calls: readonly ((value: string, id: string, gap: string, local: string) => string)[] = [
  (value, id, gap) => `${value}${gap}.users${gap}.getUser(${gap}'${id}')`,
  (value, id, gap) => `${value}?.['users']${gap}?.getUser('${id}')`,
  (value, id, gap) => `(${gap}(${value} as any)!.users).getUser('${id}')`,
  (value, id, gap, local) =>
    `{${gap}const { users: ${local}x } = ${value}; await ${local}x${gap}.getUser('${id}') }`,
  (value, id, gap, local) => `{ const { getUser: ${local}x } = ${value}.users${gap}; ${local}x('${id}') }`,
  (value, id, gap) => `await Promise.all(['${id}'].map(async (one) =>${gap}${value}.users.getUser(one)))`,
]

const program = fc
  .tuple(names, fc.constantFrom(...imports), fc.constantFrom(...clients), fc.constantFrom(...calls), space)
  .filter(([{ made, local, helper, outer }]) => new Set([made, local, helper, outer]).size === 4)
  .map(([names, importing, making, calling, gap]) => (source: string) => {
    const [first, client] = importing(names, source)
    const [second, value] = making(names, client)
    return `${first}\n${second}\n;${calling(value, names.id, gap, names.local)}\n`
  })

test('a call is found once, however it is written', () => {
  fc.assert(
    fc.property(program, (print) => {
      const code = print('@clerk/nextjs/server')
      const { findings, unparsed } = findIn({ 'app.ts': code })
      expect({ code, found: findings.map(said), unparsed }).toEqual({
        code,
        found: ['user-read: getCachedUserById(userId)'],
        unparsed: [],
      })
    }),
    { numRuns: 1000 },
  )
})

test('the same call of another package is never found', () => {
  fc.assert(
    fc.property(
      program,
      fc.constantFrom('octokit', '@clerk/clerk-js', '@supabase/clerk', './clerk.js'),
      (print, source) => {
        const own = 'export const clerkClient = () => ({ users: { getUser: (id) => id } })'
        expect(findIn({ 'app.ts': print(source), 'clerk.js': own }).findings).toEqual([])
      },
    ),
    { numRuns: 1000 },
  )
})
