import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { guideNames, readGuide } from '../guide'
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
      <Link href="/guides" className="mb-5 inline-block py-1 text-sm text-soft hover:text-ink">
        ← All guides
      </Link>
      <Markdown text={text} />
    </>
  )
}
