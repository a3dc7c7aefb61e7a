import type { Metadata } from 'next'
import Link from 'next/link'
import { notFound } from 'next/navigation'
import { Suspense } from 'react'
import { Skeleton } from '@/components/skeleton'
import { guideNames, readGuide } from '../guide'
import { Markdown } from '../markdown'

type Props = PageProps<'/guides/[name]'>

export const generateStaticParams = () => guideNames().map((name) => ({ name }))

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const title = /^# (.+)$/m.exec(readGuide((await params).name) ?? '')?.[1]
  return title ? { title } : {}
}

export default function GuidePage({ params }: Props) {
  return (
    <>
      <Link href="/guides" className="mb-6 inline-block text-sm text-soft hover:text-ink">
        ← All guides
      </Link>
      <Suspense fallback={<Skeleton label="Loading guide" size="h-dvh" />}>
        <Guide params={params} />
      </Suspense>
    </>
  )
}

async function Guide({ params }: Pick<Props, 'params'>) {
  const text = readGuide((await params).name)
  if (text === undefined) notFound()
  return <Markdown text={text} />
}
