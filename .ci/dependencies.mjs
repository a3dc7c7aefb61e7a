// Usage: node .ci/dependencies.mjs [LOCK FILE]  Checks what may be in production, and what pins every package.
import { readFileSync } from 'node:fs'

const ALLOWED = new Set([
  ...['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT', 'Unlicense'],
])

/** Other licenses, for the packages in which they were looked at. */
const ALSO = [
  // Next's optional image library comes as a separate file that is loaded when it runs, and can be replaced.
  { name: /^@img\/sharp-/, license: 'LGPL-3.0-or-later' },
  // Data about browsers. It is used when the app is built.
  { name: /^caniuse-lite$/, license: 'CC-BY-4.0' },
  // The license of fonts. A font may be shipped with an app, and not sold by itself.
  { name: /^@fontsource-variable\//, license: 'OFL-1.1' },
]

const { packages } = JSON.parse(readFileSync(process.argv[2] ?? 'package-lock.json', 'utf8'))
const problems = []
for (const [path, fields] of Object.entries(packages)) {
  if (path === '') continue
  const { dev, license = 'none', inBundle, resolved, integrity, version, hasInstallScript } = fields
  const name = path.replace(/^.*node_modules\//, '')
  const isAllowed = (id) =>
    ALLOWED.has(id) || ALSO.some((also) => also.name.test(name) && also.license === id)
  // An expression of SPDX: one alternative is enough, and of that every part counts.
  const alternatives = license.replace(/[()]/g, '').split(' OR ')
  if (!dev && !alternatives.some((text) => text.split(' AND ').every(isAllowed)))
    problems.push(
      `${name}@${version} has the license ${license}, which is not in the list of .ci/dependencies.mjs`,
    )
  if (!dev && hasInstallScript) problems.push(`${name}@${version} runs code when it is installed`)
  if (!integrity && !inBundle) problems.push(`${name}@${version} has no integrity hash`)
  if (resolved) problems.push(`${name}@${version} names a registry: see "Dependencies" in CONTRIBUTING.md`)
}
for (const problem of problems) console.log(problem)
process.exitCode = problems.length === 0 ? 0 : 1
