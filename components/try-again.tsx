'use client'

import { useEffect, useState } from 'react'
import { button } from './button'

type Props = {
  /** Seconds before which it cannot help. Default: none. */
  wait?: number | undefined
  /** Default: outline. */
  style?: Parameters<typeof button>[0]
}

/** A link that loads the page again. With scripts it waits as long as it has to; without, it is a link at once. */
export function TryAgain({ wait = 0, style = 'outline' }: Props) {
  const [left, setLeft] = useState(wait)
  const [counts, setCounts] = useState(false)
  useEffect(() => {
    setCounts(left > 0)
    if (left <= 0) return
    const timer = setTimeout(() => setLeft(left - 1), 1000)
    return () => clearTimeout(timer)
  }, [left])
  return (
    // biome-ignore lint/a11y/useValidAnchor: an empty address is that of this page, and works before any script has loaded
    <a
      href=""
      aria-disabled={counts || undefined}
      onClick={(event) => counts && event.preventDefault()}
      // The text is what says when, so it stays as readable as any other.
      className={`${button(counts ? 'waiting' : style)} tabular-nums`}
    >
      Try again{left > 0 && ` in ${left > 120 ? `${Math.ceil(left / 60)} min` : `${left} s`}`}
    </a>
  )
}
