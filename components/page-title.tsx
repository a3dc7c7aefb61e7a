import type { ReactNode } from 'react'

export function PageTitle({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <header className="mb-8">
      <h1 className="font-semibold text-2xl tracking-tight sm:text-3xl">{title}</h1>
      {children && <p className="mt-2 max-w-3xl text-pretty text-soft">{children}</p>}
    </header>
  )
}
