import type { Metadata } from 'next'
import type { ComponentProps } from 'react'
import { addressOf, matchingWebhooks, type Query, readQuery } from '@/lib/dashboard/list-query'
import { deliveries, firstDeliveries, peopleOf } from '@/lib/dashboard/panels.server'
import { SHOWN } from '@/lib/dashboard/shown'
import { webhooksOf } from '@/lib/dashboard/webhook-rows'
import { ChartsPanel } from '../_components/charts-panel'
import { Filters } from '../_components/filters'
import { ForAdmins } from '../_components/for-admins'
import { Frame } from '../_components/frame'
import { idsIn } from '../_components/ids-in'
import { PageHead } from '../_components/page-head'
import { Pager } from '../_components/pager'
import { RowsToCome } from '../_components/to-come'
import { LiveWebhooks, WebhookList, WebhooksUnavailable } from '../_components/webhook-list'
import { countOf } from '../format'

export const metadata: Metadata = { title: 'Webhooks' }

const PATH = '/dashboard/webhooks'

const OUTCOMES = [
  ['failed', 'Failed'],
  ['ok', 'Done'],
  ['ignored', 'Nothing to do'],
] as const

export default function WebhooksPage({ searchParams }: { searchParams: Promise<Query> }) {
  return <ForAdmins label="Webhooks" render={async () => render(readQuery(await searchParams))} />
}

function render(query: ReturnType<typeof readQuery>) {
  const { type, outcome, range, page, chart = '1h' } = query
  const isFirst = !type && !outcome && !range && page === 1
  const found = deliveries()
  const filtersOf = (types: readonly string[]): Omit<ComponentProps<typeof Filters>, 'count'> => ({
    ...{ path: PATH, query, list: 'webhooks' },
    selects: [
      { name: 'type', label: 'Type', all: 'All types', options: types.map((one) => [one, one]) },
      { name: 'outcome', label: 'Outcome', all: 'All outcomes', options: OUTCOMES },
    ],
  })
  return (
    <>
      <PageHead title="Webhooks" asOf={found} live={isFirst}>
        What Clerk reported and what was invalidated, newest first. Failed webhooks come before all others.
      </PageHead>
      <div className="space-y-10">
        <Frame
          id="webhooks"
          title="Deliveries"
          hidden
          fallback={
            <>
              <Filters {...filtersOf([])} count="" inert />
              <RowsToCome label="Deliveries" kind="records" rows={12} />
            </>
          }
          render={async () => {
            const all = await found
            if ('unavailable' in all) return <WebhooksUnavailable {...all} />
            const types = [...new Set(all.data.map((one) => one.type))].sort()
            const wanted = matchingWebhooks(webhooksOf(all.data), query, all.at)
            const rows = wanted.slice((page - 1) * SHOWN, page * SHOWN)
            const address = (to: number) => addressOf(PATH, { ...query, page: to })
            const initial = await firstDeliveries()
            const people = await peopleOf(
              'webhooks',
              isFirst ? idsIn(initial) : rows.map(({ subject }) => subject ?? ''),
            )
            return (
              <>
                <Filters {...filtersOf(types)} count={countOf(wanted.length, 'webhook')} />
                {isFirst ? (
                  <LiveWebhooks initial={initial} people={people} />
                ) : (
                  <WebhookList rows={rows} people={people} renderedAt={all.at} />
                )}
                <Pager
                  newer={page > 1 ? address(page - 1) : undefined}
                  older={page * SHOWN < wanted.length ? address(page + 1) : undefined}
                />
              </>
            )
          }}
        />
        <ChartsPanel
          names={['webhooks']}
          range={chart}
          path={PATH}
          keep={{ ...(type && { type }), ...(outcome && { outcome }), ...(range && { range }) }}
        />
      </div>
    </>
  )
}
