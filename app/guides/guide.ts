import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The guides are the Markdown files of docs/ and docs/guides/. They are read when the app is built. */
const docs = join(/* turbopackIgnore: true */ process.cwd(), 'docs')
const folders = [docs, join(docs, 'guides')]

const namesIn = (folder: string) =>
  existsSync(folder) ? readdirSync(folder).filter((file) => /^[a-z-]+\.md$/.test(file)) : []

/** The names of all guides: of `docs/tokens.md` it is `tokens`. */
export const guideNames = (): string[] => folders.flatMap(namesIn).map((file) => file.replace(/\.md$/, ''))

/** The Markdown of a guide, or undefined if there is none of this name. `README` is the list of guides. */
export function readGuide(name: string): string | undefined {
  if (!/^([a-z-]{1,60}|README)$/.test(name)) return undefined
  const file = folders.map((folder) => join(folder, `${name}.md`)).find((path) => existsSync(path))
  return file && readFileSync(file, 'utf8')
}

/** The address of a guide that a Markdown link leads to, or undefined where it leads to another file of the repository. */
export function addressOf(href: string): string | undefined {
  if (/^(https?:|#)/.test(href)) return href
  const [, path = '', fragment = ''] = /^([^#]*)(#.*)?$/.exec(href) ?? []
  const name = /^(?:\.\.\/|\.\/)?(?:guides\/)?([a-z-]+)\.md$/.exec(path)?.[1]
  if (name) return `/guides/${name}${fragment}`
  return /^(\.\.\/)?README\.md$/.test(path) ? '/guides' : undefined
}
