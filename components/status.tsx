const looks = {
  good: { shape: '●', colour: 'text-good' },
  warn: { shape: '▲', colour: 'text-warn' },
  bad: { shape: '■', colour: 'text-bad' },
  idle: { shape: '○', colour: 'text-soft' },
} as const

export type Tone = keyof typeof looks

/** A state in words, a shape and a colour, of which each alone says enough. */
export function Status({ tone, children }: { tone: Tone; children: string }) {
  const { shape, colour } = looks[tone]
  return (
    <span className={`font-medium ${colour}`}>
      <span aria-hidden>{shape}</span> {children}
    </span>
  )
}
