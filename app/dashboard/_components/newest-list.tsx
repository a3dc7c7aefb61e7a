import Link from 'next/link'
import type { ReactNode } from 'react'
import { PanelNote } from '@/components/panel'
import { addressOf } from '@/lib/dashboard/list-query'
import { Frame } from './frame'
import { PageHead } from './page-head'
import { Pager } from './pager'
import { Ago } from './time'
import { RowsToCome } from './to-come'

/** A line of the list. `createdAt`: milliseconds since 1970, or 0 if it is not known. */
interface Line {
  id: string
  name: ReactNode
  detail: ReactNode
  note: ReactNode
  createdAt: number
}

/** On a phone two columns of two rows: the name and the detail, then the note and when. */
const columns =
  'grid grid-flow-col grid-cols-[minmax(0,1fr)_auto] grid-rows-[auto_auto] items-center gap-x-4 gap-y-1 px-4 md:grid-flow-row md:grid-cols-[minmax(0,1.3fr)_minmax(0,1.2fr)_6rem_7rem] md:grid-rows-none'

interface Props {
  /** Of the page, such as `Users`. */
  title: string
  /** What the page shows, in a sentence. */
  children: ReactNode
  path: string
  page: number
  /** What the name, the detail and the note are. */
  columns: readonly [string, string, string]
  /** What to do while there are none. */
  none: ReactNode
  /** What works while Clerk does not list them. */
  meanwhile: ReactNode
  /** The shape of its rows. */
  kind: 'people' | 'organizations'
  /** `total`: how many there are on all pages, if that is known. */
  read(): Promise<{ lines: Line[]; more: boolean; total?: string | false }>
}

/** A page of everything of a kind, the newest first. */
export function NewestList({
  title,
  children,
  path,
  page,
  columns: names,
  none,
  meanwhile,
  kind,
  read,
}: Props) {
  const address = (to: number) => addressOf(path, { page: to, cursors: [] })
  const found = read().then((lines) => ({ ...lines, at: Date.now() }))
  found.catch(() => undefined)
  return (
    <>
      <PageHead title={title} asOf={found}>
        {children}
      </PageHead>
      <Frame
        id={title.toLowerCase()}
        title={`All ${title.toLowerCase()}`}
        hidden
        what={title}
        meanwhile={meanwhile}
        fallback={<RowsToCome label={title} kind={kind} rows={12} />}
        render={async () => {
          const { lines, more, total, at } = await found
          if (lines.length === 0 && page === 1)
            return <PanelNote title={`No ${title.toLowerCase()} yet`}>{none}</PanelNote>
          if (lines.length === 0)
            return (
              <PanelNote title={`No ${title.toLowerCase()} on page ${page}`}>
                The list ends before this page. Go to the{' '}
                <Link href={path} prefetch={false} className="underline">
                  first page
                </Link>
                .
              </PanelNote>
            )
          return (
            <>
              {total && <p className="mb-3 text-soft text-sm tabular-nums">{total}</p>}
              <div className="rounded-xl border border-line bg-surface text-sm">
                <p aria-hidden className={`${columns} border-line border-b py-2.5 text-soft max-md:hidden`}>
                  {names.map((name) => (
                    <span key={name}>{name}</span>
                  ))}
                  <span className="text-right">Created</span>
                </p>
                <ul className="divide-y divide-line">
                  {lines.map(({ id, name, detail, note, createdAt }) => (
                    <li key={id} className={`${columns} py-2.5`}>
                      <span className="min-w-0">{name}</span>
                      <span className="truncate text-soft">{detail}</span>
                      <span className="truncate text-soft max-md:max-w-28 max-md:text-right">{note}</span>
                      <span className="text-right text-soft tabular-nums">
                        {createdAt > 0 && <Ago at={createdAt} renderedAt={at} />}
                      </span>
                    </li>
                  ))}
                </ul>
              </div>
              <Pager
                newer={page > 1 ? address(page - 1) : undefined}
                older={more ? address(page + 1) : undefined}
              />
            </>
          )
        }}
      />
    </>
  )
}
