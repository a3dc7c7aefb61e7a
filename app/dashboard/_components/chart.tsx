'use client'

import { useEffect, useRef } from 'react'
import type { ChartPoint, Charts } from '@/lib/dashboard/snapshot-schema'
import { createPlot, type Plot } from '../plot'
import { type ChartKind, columnsOf, lineOf, unitOf, valueAt, whyEmpty } from './chart-kinds'
import { TimeTable } from './time-table'

/** Where the library's elements are, which is all that its style sheet is needed for. */
const PARTS = [
  '[&_.u-wrap]:relative [&_.u-over]:absolute [&_.u-under]:absolute [&_.u-under]:overflow-hidden',
  '[&_canvas]:relative [&_canvas]:block [&_canvas]:size-full [&_.u-axis]:absolute [&_.u-select]:hidden',
  '[&_.u-cursor-x]:absolute [&_.u-cursor-x]:inset-y-0 [&_.u-cursor-x]:left-0 [&_.u-cursor-x]:border-soft',
  '[&_.u-cursor-x]:border-r [&_.u-cursor-x]:border-dashed [&_.u-cursor-x]:pointer-events-none',
  '[&_.u-cursor-pt]:absolute [&_.u-cursor-pt]:top-0 [&_.u-cursor-pt]:left-0 [&_.u-cursor-pt]:rounded-full',
  '[&_.u-cursor-pt]:pointer-events-none [&_.u-off]:hidden',
].join(' ')

const dashOf = (dash: string) => dash.split(' ').filter(Boolean).map(Number)

/** A chart with axes and a tooltip, and its figures as a table. */
export function Chart({ kind, charts }: { kind: ChartKind; charts: Charts }) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<Plot>(undefined)
  const { points } = charts
  const shown = useRef(points)
  useEffect(() => {
    shown.current = points
    plot.current?.show(columnsOf(kind, points))
  }, [kind, points])
  useEffect(() => {
    const element = box.current
    if (!element) return
    const lines = kind.series.map((series, i) => {
      const { color, dash, width } = lineOf(kind, i)
      return { label: series.label, color, dash: dashOf(dash), width }
    })
    const made = createPlot(element, { lines, format: kind.format, max: kind.max }, () =>
      columnsOf(kind, shown.current),
    )
    plot.current = made
    return () => made.destroy()
  }, [kind])
  const unit = unitOf(kind, charts.step)
  const newest = points.at(-2) ?? points.at(-1)
  const empty = whyEmpty(kind, points)
  return (
    <figure aria-label={kind.title}>
      <figcaption className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h3 className="font-semibold">{kind.title}</h3>
        <ul
          className={`flex flex-wrap gap-x-3 text-soft text-xs ${kind.series.length === 1 ? 'sr-only' : ''}`}
          aria-label="Lines"
        >
          {kind.series.map(({ label }, i) => {
            const { color, dash, width } = lineOf(kind, i)
            return (
              <li key={label} className="flex items-center gap-1.5">
                <svg width={18} height={6} aria-hidden="true">
                  <line
                    {...{ x1: 0, x2: 18, y1: 3, y2: 3, strokeWidth: width, strokeDasharray: dash }}
                    stroke={`var(${color})`}
                  />
                </svg>
                {label}
              </li>
            )
          })}
        </ul>
      </figcaption>
      <div className="relative">
        <div
          ref={box}
          role="img"
          aria-label={newest ? summaryOf(kind, newest, unit) : `${kind.title}: nothing yet`}
          className={`relative h-48 overflow-hidden text-xs ${PARTS}`}
        />
        {unit && <p className="pointer-events-none absolute top-0 left-0 text-soft text-xs">{unit}</p>}
        {empty && (
          <p className="pointer-events-none absolute inset-0 grid place-items-center pb-6 text-soft text-sm">
            <span className="bg-surface px-2">{empty}</span>
          </p>
        )}
      </div>
      <TimeTable
        title={kind.title}
        note={kind.note}
        step={charts.step}
        columns={kind.series.map(({ label }) => label)}
        rows={points.toReversed().map((point, i) => ({
          at: point.at,
          running: i === 0,
          cells: kind.series.map((one) => formatted(kind, valueAt(one, point))),
        }))}
      />
    </figure>
  )
}

const formatted = ({ format }: ChartKind, value: number | null) => (value === null ? null : format(value))

function summaryOf(kind: ChartKind, point: ChartPoint, unit?: string): string {
  const { title, series } = kind
  const values = series.map((one) => `${one.label} ${formatted(kind, valueAt(one, point)) ?? 'no traffic'}`)
  return `${title}${unit ? `, ${unit}` : ''}, newest: ${values.join(', ')}. The table below has all figures.`
}
