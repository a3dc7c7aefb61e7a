import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../..')

export type Fence = {
  /** `docs/users.md:70`, the line of the opening fence. */
  at: string
  language: string
  text: string
  /** TypeScript that the comment `<!-- given: … -->` before the block declares for it. */
  given: string
}

const FENCE = /(?:<!-- given: ([\s\S]*?) -->\n+)?^( *)```(\S*)[^\n]*\n([\s\S]*?)^\2```$/gm

/** The guides: what readers follow. Decisions describe what was. */
const guideFiles = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !/^(decisions|registry)/.test(file))
    .map((file) => join('docs', file)),
]

/** Every fenced block of the guides. */
export const fences: Fence[] = guideFiles.flatMap((file) => {
  const page = readFileSync(join(root, file), 'utf8')
  return [...page.matchAll(FENCE)].map((match) => {
    const [all, given = '', indent = '', language = '', body = ''] = match
    const start = match.index + all.indexOf('```')
    return {
      at: `${file}:${page.slice(0, start).split('\n').length}`,
      language,
      text: body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      given,
    }
  })
})
