import { Suspense } from 'react'
import { run } from '../../scenarios'

type Props = { searchParams: Promise<{ scenario?: string; id?: string }> }

async function Result({ searchParams }: Props) {
  const { scenario, id } = await searchParams
  return <output>{await run(scenario, id)}</output>
}

export default function Page({ searchParams }: Props) {
  return (
    <Suspense fallback="waiting">
      <Result searchParams={searchParams} />
    </Suspense>
  )
}
