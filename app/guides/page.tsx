import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { readGuideList } from './guide'
import { Markdown } from './markdown'

export const metadata: Metadata = { title: 'Guides' }

export default function GuidesPage() {
  const text = readGuideList()
  if (text === undefined) notFound()
  return <Markdown text={text} />
}
