import { compiler, type MarkdownToJSX, RuleType } from 'markdown-to-jsx/react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { CopyCode } from './copy-code'
import { addressOf, slugify } from './guide'

function GuideLink({ href = '', children }: { href?: string; children?: ReactNode }) {
  const address = addressOf(href)
  // Another file of the repository.
  if (address === undefined) return children
  const look = 'text-brand underline underline-offset-2'
  return address.startsWith('/') ? (
    <Link href={address} className={look}>
      {children}
    </Link>
  ) : (
    <a href={address} className={look}>
      {children}
    </a>
  )
}

const scrolls = { tabIndex: 0 }

/** Where there is no room for columns, each cell is a line of its own, under the name of its column. */
const Table = ({ heads, rows }: { heads: ReactNode[]; rows: ReactNode[][] }) => (
  <div {...scrolls} className="scrolls rounded-xl border border-line">
    <table className="w-full text-start text-sm max-sm:block sm:[&_code]:wrap-normal">
      <thead className="max-sm:hidden">
        <tr>
          {heads.map((head, i) => (
            <th key={at(i)} scope="col" className="px-4 py-2.5 text-start font-medium text-soft">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="max-sm:block">
        {rows.map((row, i) => (
          <tr
            key={at(i)}
            className="border-line max-sm:block max-sm:space-y-2 max-sm:px-4 max-sm:py-3 max-sm:not-first:border-t sm:border-t"
          >
            {row.map((cell, i) => (
              <td
                key={at(i)}
                className="wrap-anywhere max-sm:block sm:min-w-32 sm:px-4 sm:py-2.5 sm:align-top"
              >
                <span className="block text-soft text-xs sm:hidden">{heads[i]}</span>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

/** The cells and lines of a guide stay where they are. */
const at = (i: number) => `${i}`

const Code = ({ lang, text }: { lang: string | undefined; text: string }) => (
  <div className="overflow-hidden rounded-xl border border-line">
    {/* Above the code, of which it would cover the first line. */}
    <div className="flex min-h-8 items-center justify-between gap-4 border-line border-b ps-4 pe-1 text-soft text-xs">
      {lang}
      <CopyCode text={text} />
    </div>
    <pre {...scrolls} className="scrolls -outline-offset-2 p-4 text-sm">
      <code className={lang && `lang-${lang}`}>{lang === 'diff' ? <Diff text={text} /> : text}</code>
    </pre>
  </div>
)

const lookOf = (line: string) =>
  line.startsWith('+') ? 'text-good' : line.startsWith('-') ? 'text-bad' : undefined

const Diff = ({ text }: { text: string }) =>
  text.split('\n').map((line, i) => (
    <span key={at(i)} className={lookOf(line)}>
      {line}
      {'\n'}
    </span>
  ))

const options: MarkdownToJSX.Options = {
  slugify,
  forceBlock: true,
  forceWrapper: true,
  disableParsingRawHTML: true,
  // Addresses are checked by `addressOf`.
  sanitizer: (address) => address,
  wrapper: 'div',
  renderRule(next, node, renderChildren, state) {
    if (node.type === RuleType.codeBlock) return <Code key={state.key} lang={node.lang} text={node.text} />
    if (node.type !== RuleType.table) return next()
    const cellsOf = (cells: MarkdownToJSX.ASTNode[][]) => cells.map((cell) => renderChildren(cell, state))
    return <Table key={state.key} heads={cellsOf(node.header)} rows={node.cells.map(cellsOf)} />
  },
  overrides: {
    a: GuideLink,
    // Files of the repository, which the app does not serve.
    img: () => null,
    h1: { props: { className: 'pb-2 font-semibold text-2xl tracking-tight sm:text-3xl' } },
    h2: { props: { className: 'wrap-anywhere pt-6 font-semibold text-xl' } },
    h3: { props: { className: 'wrap-anywhere pt-3 font-semibold text-base' } },
    p: { props: { className: 'wrap-anywhere' } },
    ul: { props: { className: 'list-disc space-y-2 ps-6' } },
    ol: { props: { className: 'list-decimal space-y-2 ps-6' } },
    code: { props: { className: 'wrap-anywhere text-[0.9em]' } },
  },
}

/** A guide as elements. HTML in it is shown as text, and comments are left out. */
export const Markdown = ({ text }: { text: string }) => (
  <div className="min-w-0 max-w-3xl text-pretty [&>div]:space-y-4">
    {compiler(text.replace(/<!--[\s\S]*?-->/g, ''), options)}
  </div>
)
