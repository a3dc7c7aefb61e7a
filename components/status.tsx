const looks = {
  good: { shape: <circle cx="5" cy="5" r="5" />, color: 'text-good' },
  warn: { shape: <path d="M5 0l5 10H0z" />, color: 'text-warn' },
  bad: { shape: <path d="M.5.5h9v9h-9z" />, color: 'text-bad' },
  idle: {
    shape: <circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" strokeWidth="2" />,
    color: 'text-soft',
  },
} as const

export type Tone = keyof typeof looks

/** A state as words, a shape and a color. Each of them is enough by itself. */
export function Status({ tone, children }: { tone: Tone; children: string }) {
  return (
    <span className={`font-medium ${looks[tone].color}`}>
      <Mark tone={tone} />
      {children}
    </span>
  )
}

/** The shape and the color alone, before words that say the same. */
export function Mark({ tone }: { tone: Tone }) {
  const { shape, color } = looks[tone]
  return (
    // Drawn, because each font has these shapes in other sizes, or not at all.
    <svg
      viewBox="0 0 10 10"
      className={`me-1.5 inline size-[0.65em] shrink-0 fill-current align-baseline ${color}`}
      aria-hidden="true"
    >
      {shape}
    </svg>
  )
}
