import type { ReactNode } from 'react'
import { Notice } from '@/components/notice'
import { describeOutage } from '@/lib/http/error-message'

/** Renders what `render` returns, or what is out when it fails for a dependency. */
export async function orOutage(render: () => Promise<ReactNode>): Promise<ReactNode> {
  try {
    return await render()
  } catch (error) {
    const { title, advice } = describeOutage(error)
    return <Notice title={title}>{advice}</Notice>
  }
}
