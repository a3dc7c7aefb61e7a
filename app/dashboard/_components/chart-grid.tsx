'use client'

import { useEffect } from 'react'
import type { Charts } from '@/lib/dashboard/snapshot-schema'
import { Chart } from './chart'
import { CHARTS, type ChartName } from './chart-kinds'
import { useUpdates } from './live'

/** Charts side by side, with the newest figures. */
export function ChartGrid({ initial, names }: { initial: Charts; names: readonly ChartName[] }) {
  const { latest, setRange } = useUpdates()
  const { range } = initial
  useEffect(() => {
    setRange(range)
    return () => setRange(null)
  }, [range, setRange])
  const newer = latest?.charts
  const charts = newer && newer.range === range && newer.at > initial.at ? newer : initial
  return (
    <ul className={`grid gap-4 ${names.length > 1 ? 'xl:grid-cols-2' : ''}`}>
      {names.map((name) => (
        <li
          key={name}
          className={`min-w-0 rounded-xl border border-line bg-surface p-4 ${names.length % 2 === 1 && names.length > 1 ? 'xl:first:col-span-2' : ''}`}
        >
          <Chart kind={CHARTS[name]} charts={charts} />
        </li>
      ))}
    </ul>
  )
}
