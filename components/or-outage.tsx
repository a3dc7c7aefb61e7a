import type { ReactNode } from 'react'
import { Notice } from '@/components/notice'
import { problemToShow } from '@/lib/http/problem-to-show'

/** Renders what `render` returns. If it fails because of an outage, a notice says what happened and what to do. */
export async function orOutage(render: () => Promise<ReactNode>): Promise<ReactNode> {
  try {
    return await render()
  } catch (error) {
    const { title, advice } = problemToShow(error)
    return <Notice title={title}>{advice}</Notice>
  }
}
