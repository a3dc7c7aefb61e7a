import { charts } from '@/lib/dashboard/panels.server'
import type { Range } from '@/lib/dashboard/snapshot-schema'
import { ChartGrid } from './chart-grid'
import type { ChartName } from './chart-kinds'
import { Frame } from './frame'
import { Ranges } from './ranges'
import { CardsToCome } from './to-come'
import { Unavailable } from './unavailable'

type Props = { names: readonly ChartName[]; range: Range; path: string; keep?: Record<string, string> }

/** Charts of a range of time, kept up to date. `keep`: what else is in the page's address. */
export const ChartsPanel = ({ names, range, path, keep = {} }: Props) => (
  <Frame
    id="charts"
    title="History"
    fallback={
      <>
        <Ranges current={range} path={path} keep={keep} />
        <CardsToCome
          label="History"
          heights={names.map(() => 'h-72.5')}
          side={names.length > 1 ? 'xl:grid-cols-2 xl:*:first:col-span-2' : ''}
        />
      </>
    }
    render={async () => {
      const found = await charts(range)
      if ('unavailable' in found) return <Unavailable what="The history" {...found} />
      return (
        <>
          <Ranges current={range} path={path} keep={keep} />
          <ChartGrid initial={found.data} names={names} />
        </>
      )
    }}
  />
)
