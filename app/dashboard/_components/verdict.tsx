'use client'

import Link from 'next/link'
import type { Todo } from '@/lib/dashboard/snapshot-schema'
import { countOf } from '../format'
import { useLatest } from './live'

const looks = { warn: ['▲', 'text-warn'], bad: ['■', 'text-bad'] } as const

/** “All good”, or what to do, each a link to where. */
export function Verdict({ initial, at }: { initial: readonly Todo[]; at: number }) {
  const latest = useLatest()
  const todo = latest && latest.cache.at > at ? latest.todo : initial
  const tasks = todo.flatMap(({ tone, ...one }) => (tone === 'idle' ? [] : [{ tone, ...one }]))
  const notes = todo.filter(({ tone }) => tone === 'idle')
  return (
    <div className="rounded-xl border border-line bg-surface p-5">
      <p className={`font-semibold text-lg ${todo.length === 0 ? 'text-good' : ''}`}>
        {todo.length === 0 ? (
          <>
            <span aria-hidden>●</span> All good
          </>
        ) : tasks.length === 0 ? (
          'Not everything could be checked'
        ) : (
          `${countOf(tasks.length, 'thing')} to do`
        )}
      </p>
      {tasks.length > 0 && (
        <ul className="mt-2 space-y-1">
          {tasks.map(({ tone, text, href }) => (
            <li key={text}>
              <Link
                href={href}
                prefetch={false}
                className={`inline-flex gap-2 py-0.5 font-medium ${looks[tone][1]}`}
              >
                <span aria-hidden className="w-4 shrink-0 text-center">
                  {looks[tone][0]}
                </span>
                <span className="underline underline-offset-2">{text}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      {notes.map(({ text }) => (
        <p key={text} className="mt-2 text-soft text-sm">
          {text}.
        </p>
      ))}
    </div>
  )
}
