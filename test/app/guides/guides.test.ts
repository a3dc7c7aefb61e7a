import { existsSync } from 'node:fs'
import fc from 'fast-check'
import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { addressOf, guideNames, readGuide, readGuideList, sectionsOf } from '@/app/guides/guide'
import { Markdown } from '@/app/guides/markdown'

const markup = (text: string) => renderToStaticMarkup(createElement(Markdown, { text }))

describe('a guide', () => {
  test('has headings with the IDs that GitHub gives them', () => {
    expect(markup('# Tokens\n\n## `keys new`, and why\n')).toContain('id="keys-new-and-why"')
  })

  test('has tables whose cells may hold a bar in code', () => {
    const html = markup('| a | b |\n|---|---|\n| `x\\|y` | c \\| d |')
    expect(html).toContain('x|y</code>')
    expect(html).toContain('c | d</td>')
  })

  test('has a hint at what scrolls sideways, which people can reach by keyboard', () => {
    expect(markup('| a |\n|---|\n| b |')).toContain('<div tabindex="0" class="scrolls ')
    expect(markup('```ts\nlong\n```')).toMatch(/<pre tabindex="0" class="scrolls /)
  })

  test('names the column of each cell, for screens where the columns are one below the other', () => {
    const html = markup('| part | for |\n|---|---|\n| `a` | b |')
    expect(html).toMatch(/<td[^>]*><span[^>]*sm:hidden[^>]*>for<\/span>b<\/td>/)
  })

  test('shows added and removed lines of a diff in their colors, and has a button that copies a block', () => {
    const html = markup('```diff\n-old\n same\n+new\n```')
    expect(html).toContain(
      '<span class="text-bad">-old\n</span><span> same\n</span><span class="text-good">+new',
    )
    expect(html).toMatch(/<button[^>]*><span aria-live="polite">Copy<\/span>/)
  })

  test('leaves out comments, and shows HTML as text', () => {
    expect(markup('<!-- hidden -->\nSee <script>alert(1)</script>')).toContain('See &lt;script&gt;')
    expect(markup('<!-- hidden -->')).not.toContain('hidden')
  })

  test('links to other guides, and names other files without a link', () => {
    expect(addressOf('tokens.md#keys')).toBe('/guides/tokens#keys')
    expect(addressOf('../docs.md')).toBe('/guides/docs')
    expect(addressOf('guides/clerk.md')).toBe('/guides/clerk')
    expect(addressOf('../../lib/env.ts')).toBeUndefined()
    expect(addressOf('javascript:alert(1)')).toBeUndefined()
  })

  test.each(guideNames())('%s names each file that it cannot link to in the words of the link', (name) => {
    const links = [...(readGuide(name) ?? '').matchAll(/(?<!!)\[([^\]]*)\]\(([^)]+)\)/g)]
    const words = links.flatMap(([, text = '', href = '']) => (addressOf(href) === undefined ? [text] : []))
    expect(words.filter((text) => /^((this|that)( \w+)?|these|here|why|how)$/i.test(text))).toEqual([])
  })

  test.each(['../package', 'README.md', '', 'a/b', '..'])('named %j does not exist', (name) => {
    expect(readGuide(name)).toBeUndefined()
  })

  test('ends, whatever it says', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('- ', '1. ', '```\n', '\n', '  ', '| a |\n', '# ', '**', '`'),
    )
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        expect(markup(pieces.join(''))).toContain('<div')
      }),
    )
  })
})

test('the list of guides has a link on every line, what each guide is about, and no section without one', () => {
  const text = readGuideList() ?? ''
  expect(text).toMatch(/^# Guides\n/)
  const html = markup(text)
  expect(html.match(/<li>/g)).toHaveLength(html.match(/<li><a /g)?.length ?? 0)
  expect(html.match(/<li>/g)).toHaveLength(html.match(/<\/a>: [^<]/g)?.length ?? 0)
  expect(html.match(/<h2/g)).toHaveLength(html.match(/<ul/g)?.length ?? 0)
  expect(html).not.toContain('CHANGELOG')
})

describe.each(['README', ...guideNames()])('the guide %s', (name) => {
  const html = markup(readGuide(name) ?? '')

  test('has one title, and no mark of Markdown left in it', () => {
    expect(html.match(/<h1/g)).toHaveLength(1)
    const words = html.replace(/<(pre|code)\b[\s\S]*?<\/\1>/g, '').replace(/<[^>]+>/g, '')
    expect(words).not.toMatch(/\*\*|`|\]\(|^#|\|--/m)
  })

  test('has the headings that are listed beside it', () => {
    const sections = sectionsOf(readGuide(name) ?? '')
    expect(sections).toHaveLength(html.match(/<h2/g)?.length ?? 0)
    for (const { id } of sections) expect(html).toContain(`<h2 id="${id}"`)
  })

  test('links only to guides and headings that exist', () => {
    for (const [, target = '', fragment] of html.matchAll(/href="\/guides\/([a-z-]+)(?:#([^"]+))?"/g)) {
      const text = readGuide(target)
      expect(text, `${name} links to ${target}`).toBeDefined()
      if (fragment)
        expect(markup(text ?? ''), `${name} links to ${target}#${fragment}`).toContain(`id="${fragment}"`)
    }
    expect(existsSync('docs/README.md')).toBe(true)
  })
})
