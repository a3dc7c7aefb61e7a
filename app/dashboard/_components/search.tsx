'use client'

import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useActionState, useEffect, useId, useLayoutEffect, useRef, useState, useTransition } from 'react'
import { Avatar } from '@/components/avatar'
import { searchUser } from '../search-action'
import { focusHeading } from './heading'

const SHORTCUT = '/'

const isTyping = (element: Element | null) =>
  element instanceof HTMLElement &&
  (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName))

const popup =
  'absolute inset-x-0 top-11 z-10 rounded-lg border border-field bg-surface shadow-lg sm:right-auto sm:w-full sm:min-w-80'

/** Why it was found. Nothing is marked if that is masked. */
function Marked({ text, word = '' }: { text: string; word?: string | undefined }) {
  const at = word ? text.toLowerCase().indexOf(word.toLowerCase()) : -1
  if (at < 0) return text
  const end = at + word.length
  return (
    <>
      {text.slice(0, at)}
      <mark className="bg-transparent font-semibold text-brand">{text.slice(at, end)}</mark>
      {text.slice(end)}
    </>
  )
}

/** Finds people from every page. `/` goes to the field, the arrow keys to those who were found, Escape back. */
export function Search() {
  const router = useRouter()
  const [result, search, searching] = useActionState(searchUser, null)
  const [opening, open] = useTransition()
  const pending = searching || opening
  const [closed, setClosed] = useState<typeof result>(null)
  const [word, setWord] = useState('')
  const box = useRef<HTMLElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const id = useId()
  const shown = closed === result || pending ? null : result
  const found = shown?.found ?? []
  const close = () => setClosed(result)

  // The only one that was found is opened. Before the list is painted, which is for browsers without scripts.
  useLayoutEffect(() => {
    const [one, another] = result?.found ?? []
    if (!one || another) return
    setClosed(result)
    setWord('')
    focusHeading(one.href)
    open(() => router.push(one.href))
  }, [result, router])

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== SHORTCUT || event.ctrlKey || event.metaKey || event.altKey) return
      if (isTyping(document.activeElement)) return
      event.preventDefault()
      field.current?.focus()
      field.current?.select()
    }
    const onPointer = (event: PointerEvent) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setClosed(result)
    }
    document.addEventListener('keydown', onKey)
    document.addEventListener('pointerdown', onPointer)
    return () => {
      document.removeEventListener('keydown', onKey)
      document.removeEventListener('pointerdown', onPointer)
    }
  }, [result])

  const move = (event: React.KeyboardEvent) => {
    if (event.key === 'Escape') {
      close()
      field.current?.focus()
    }
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    const links = [...(box.current?.querySelectorAll<HTMLElement>('[data-found]') ?? [])]
    if (step === 0 || links.length === 0) return
    event.preventDefault()
    const at = links.findIndex((link) => link.matches(':focus')) + step
    if (at < 0) field.current?.focus()
    else links[Math.min(at, links.length - 1)]?.focus()
  }

  /** By Tab: those who were found would cover what has the focus then. */
  const leave = ({ relatedTarget }: React.FocusEvent) => {
    if (relatedTarget && !box.current?.contains(relatedTarget)) close()
  }

  return (
    <search
      ref={box}
      className="relative max-sm:order-1 max-sm:w-full sm:flex-1 lg:max-w-80"
      onKeyDown={move}
      onBlur={leave}
    >
      <form action={search} className="flex gap-2">
        <label htmlFor={id} className="sr-only">
          Find a user by ID, name, username or email address, or an organization by ID or slug
        </label>
        <input
          ref={field}
          id={id}
          name="word"
          type="search"
          required
          maxLength={256}
          value={word}
          onChange={(event) => setWord(event.target.value)}
          placeholder="User, or organization ID…"
          aria-keyshortcuts={SHORTCUT}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          className="h-9 w-full min-w-0 rounded-md border border-field text-ellipsis bg-surface px-3 text-sm placeholder:text-soft"
        />
        <button
          type="submit"
          aria-disabled={pending}
          className="h-9 shrink-0 rounded-md border border-line bg-surface px-3 font-medium text-sm hover:bg-page"
        >
          {pending ? 'Searching…' : 'Search'}
        </button>
      </form>
      <p
        role="status"
        className={
          found.length > 0 || opening
            ? 'sr-only'
            : `${popup} px-3 py-2 text-sm empty:hidden ${shown?.status === 'failed' ? 'text-bad' : 'text-soft'}`
        }
      >
        {(opening ? result : shown)?.message}
      </p>
      {found.length > 0 && (
        <ul aria-label="Users found" className={`${popup} overflow-hidden py-1`}>
          {found.map(({ href, name, imageUrl, detail }) => (
            <li key={href}>
              <Link
                href={href}
                prefetch={false}
                data-found
                onClick={close}
                onNavigate={() => focusHeading(href)}
                className="flex items-center gap-3 px-3 py-2 text-sm hover:bg-page focus:bg-page [&>img]:self-center focus-visible:-outline-offset-2"
              >
                <Avatar src={imageUrl} size={28} />
                <span className="min-w-0">
                  <span dir="auto" className="block truncate text-left font-medium">
                    <Marked text={name} word={result?.word} />
                  </span>
                  <span className="block truncate text-soft text-xs">
                    <Marked text={detail} word={result?.word} />
                  </span>
                </span>
              </Link>
            </li>
          ))}
          {result?.full && (
            <li className="border-line border-t px-3 pt-2 pb-1 text-soft text-xs">
              The first {found.length}. Type more of the name to find others.
            </li>
          )}
        </ul>
      )}
    </search>
  )
}
