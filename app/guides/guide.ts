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

const LINK = /\[([^\]]*)\]\(([^)]+)\)/g

/** The list of guides as the app shows it: without the lines that lead to other files of the repository. */
export function readGuideList(): string | undefined {
  const isServed = (line: string) =>
    [...line.matchAll(LINK)].every(([, , href = '']) => addressOf(href) !== undefined)
  return readGuide('README')
    ?.split('\n')
    .filter(isServed)
    .join('\n')
    .replace(/^# .*/, '# Guides')
    .replace(/^## .*\s*(?=^## |(?![\s\S]))/gm, '')
}

/** The ID that GitHub gives a heading. */
export const slugify = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

/** The headings below the title of a guide, with their IDs. */
export const sectionsOf = (text: string) =>
  [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^## (.+)$/gm)].map(([, heading = '']) => {
    const title = heading.replace(LINK, '$1').replaceAll('`', '')
    return { id: slugify(title), title }
  })

/** The address of a guide that a Markdown link leads to, or undefined where it leads to another file of the repository. */
export function addressOf(href: string): string | undefined {
  if (/^(https?:|#)/.test(href)) return href
  const [, path = '', fragment = ''] = /^([^#]*)(#.*)?$/.exec(href) ?? []
  const name = /^(?:\.\.\/|\.\/)?(?:guides\/)?([a-z-]+)\.md$/.exec(path)?.[1]
  if (name) return `/guides/${name}${fragment}`
  return /^(\.\.\/)?README\.md$/.test(path) ? '/guides' : undefined
}
