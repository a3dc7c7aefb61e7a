const looks = {
  good: { shape: '●', color: 'text-good' },
  warn: { shape: '▲', color: 'text-warn' },
  bad: { shape: '■', color: 'text-bad' },
  idle: { shape: '○', color: 'text-soft' },
} as const

export type Tone = keyof typeof looks

/** A state as words, a shape and a color. Each of them is enough by itself. */
export function Status({ tone, children }: { tone: Tone; children: string }) {
  const { shape, color } = looks[tone]
  return (
    <span className={`font-medium ${color}`}>
      <span aria-hidden>{shape}</span> {children}
    </span>
  )
}
