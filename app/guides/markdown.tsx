import Link from 'next/link'
import { Fragment, type ReactNode } from 'react'
import { type Block, blocksOf } from './blocks'
import { addressOf } from './guide'

/** A guide as elements. Nothing of it is written as HTML. */
export const Markdown = ({ text }: { text: string }) => (
  <div className="min-w-0 max-w-3xl space-y-4">{blocksOf(text).map(element)}</div>
)

function element(block: Block, index: number): ReactNode {
  switch (block.type) {
    case 'heading':
      return <Heading key={index} {...block} />
    case 'code':
      return (
        <pre
          key={index}
          tabIndex={0}
          className="overflow-x-auto rounded-xl border border-line bg-surface p-4 text-sm"
        >
          <code>{block.text}</code>
        </pre>
      )
    case 'table':
      return <Table key={index} rows={block.rows} />
    case 'list': {
      const List = block.ordered ? 'ol' : 'ul'
      return (
        <List key={index} className={`${block.ordered ? 'list-decimal' : 'list-disc'} space-y-2 ps-6`}>
          {block.items.map((item, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the items of a text never move
            <li key={i} className="space-y-3">
              {item.map(element)}
            </li>
          ))}
        </List>
      )
    }
    case 'paragraph':
      return (
        <p key={index} className="wrap-anywhere">
          {inline(block.text)}
        </p>
      )
  }
}

function Heading({ level, text, id }: Extract<Block, { type: 'heading' }>) {
  if (level === 1)
    return <h1 className="pb-2 font-semibold text-2xl tracking-tight sm:text-3xl">{inline(text)}</h1>
  const Tag = level === 2 ? 'h2' : 'h3'
  return (
    <Tag
      id={id}
      className={`wrap-anywhere scroll-mt-20 font-semibold ${level === 2 ? 'pt-6 text-xl' : 'pt-3 text-base'}`}
    >
      {inline(text)}
    </Tag>
  )
}

function Table({ rows: [head = [], ...rows] }: { rows: string[][] }) {
  return (
    <div tabIndex={0} className="overflow-x-auto rounded-xl border border-line bg-surface">
      <table className="w-full text-start text-sm">
        <thead>
          <tr>
            {head.map((cell, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the cells of a text never move
              <th key={i} scope="col" className="px-4 py-2.5 text-start font-medium text-soft">
                {inline(cell)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line border-line border-t">
          {rows.map((row, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows of a text never move
            <tr key={i}>
              {row.map((cell, j) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the cells of a text never move
                <td key={j} className="min-w-32 px-4 py-2.5 align-top">
                  {inline(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const INLINE =
  /`([^`]+)`|\*\*(.+?)\*\*|\[((?:`[^`]*`|[^\]])+)\]\(([^)\s]+)\)|\b_([^_]+)_\b|\*([^*\s][^*]*)\*|<(https?:[^>]+)>/g

/** Code, bold, links and emphasis within a line. */
function inline(text: string): ReactNode {
  const parts: ReactNode[] = []
  let from = 0
  for (const match of text.matchAll(INLINE)) {
    parts.push(text.slice(from, match.index))
    const [whole, code, bold, label, href, em, star, address] = match
    if (code) parts.push(<code className="wrap-anywhere text-[0.9em]">{code}</code>)
    else if (bold) parts.push(<strong className="font-semibold">{inline(bold)}</strong>)
    else if (label && href) parts.push(<GuideLink href={href}>{inline(label)}</GuideLink>)
    else if (address) parts.push(<GuideLink href={address}>{address}</GuideLink>)
    else parts.push(<em>{inline(em ?? star ?? '')}</em>)
    from = match.index + whole.length
  }
  parts.push(text.slice(from))
  // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never move
  return parts.map((part, i) => <Fragment key={i}>{part}</Fragment>)
}

function GuideLink({ href, children }: { href: string; children: ReactNode }) {
  const address = addressOf(href)
  if (address === undefined) return children
  const look = 'text-accent underline underline-offset-2'
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
