import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { guideNames, readGuide, sectionsOf } from '../guide'
import { Markdown } from '../markdown'

type Props = { params: Promise<{ name: string }> }

export const generateStaticParams = () => guideNames().map((name) => ({ name }))

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const title = /^# (.+)$/m.exec(readGuide((await params).name) ?? '')?.[1]
  return title ? { title } : {}
}

/**
 * Every guide is a static page. A placeholder in one would need an inline script, and a static page has no nonce for it.
 * Only with `cacheComponents` may a page say so: next.config.mjs leaves this file out without them.
 */
export const instant = false

export default async function GuidePage({ params }: Props) {
  const text = readGuide((await params).name)
  if (text === undefined) notFound()
  return (
    <>
      <AllGuides />
      <div className="gap-10 lg:flex lg:items-start lg:justify-between">
        <Sections text={text} />
        <div className="min-w-0">
          <Markdown text={text} />
          <div className="mt-10 border-line border-t pt-4">
            <AllGuides />
          </div>
        </div>
      </div>
    </>
  )
}

const AllGuides = () => (
  <Link href="/guides" className="mb-5 inline-block py-1 text-sm text-soft hover:text-ink">
    ← All guides
  </Link>
)

/** What the guide has: beside it where there is room, and otherwise above it, folded. */
function Sections({ text }: { text: string }) {
  const sections = sectionsOf(text)
  if (sections.length < 2) return null
  const links = (
    <ul>
      {sections.map(({ id, title }) => (
        <li key={id}>
          <a href={`#${id}`} className="wrap-anywhere block py-1 text-soft hover:text-ink">
            {title}
          </a>
        </li>
      ))}
    </ul>
  )
  return (
    <nav
      aria-label="On this page"
      className="shrink-0 text-sm max-lg:mb-6 lg:sticky lg:top-20 lg:order-last lg:max-h-[calc(100dvh-6rem)] lg:w-44 lg:overflow-y-auto"
    >
      <details className="rounded-xl border border-line bg-surface px-4 py-2 lg:hidden">
        <summary className="cursor-pointer py-1 font-medium">On this page</summary>
        {links}
      </details>
      <div className="max-lg:hidden">
        <p className="mb-1 font-medium">On this page</p>
        {links}
      </div>
    </nav>
  )
}
