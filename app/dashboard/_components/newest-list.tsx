import type { ReactNode } from 'react'
import { PanelNote } from '@/components/panel'
import { addressOf } from '@/lib/dashboard/list-query'
import { Frame } from './frame'
import { PageHead } from './page-head'
import { Pager } from './pager'
import { Ago } from './time'

/** A line of the list. `createdAt`: milliseconds since 1970, or 0 if it is not known. */
interface Line {
  id: string
  name: ReactNode
  detail: ReactNode
  note: ReactNode
  createdAt: number
}

interface Props {
  /** Of the page, such as `Users`. */
  title: string
  /** What the page shows, in a sentence. */
  children: ReactNode
  path: string
  page: number
  read(): Promise<{ lines: Line[]; more: boolean }>
}

/** A page of everything of a kind, the newest first. */
export function NewestList({ title, children, path, page, read }: Props) {
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
        height="h-[60rem]"
        render={async () => {
          const { lines, more, at } = await found
          if (lines.length === 0) return <PanelNote title={`No ${title.toLowerCase()} on this page`} />
          return (
            <>
              <ul className="divide-y divide-line rounded-xl border border-line bg-surface text-sm">
                {lines.map(({ id, name, detail, note, createdAt }) => (
                  <li
                    key={id}
                    className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2.5 md:grid md:grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)_7rem_8rem]"
                  >
                    {name}
                    <span className="truncate text-soft">{detail}</span>
                    <span className="text-soft">{note}</span>
                    <span className="text-soft md:text-right">
                      {createdAt > 0 && <Ago at={createdAt} renderedAt={at} />}
                    </span>
                  </li>
                ))}
              </ul>
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
