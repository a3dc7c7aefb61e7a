import type uPlot from 'uplot'
import { onThemeChange } from '@/components/theme'
import { formatHour, formatTick } from './format'

export type Columns = (number | null)[][]

export interface PlotOptions {
  lines: readonly { label: string; color: string; dash: number[]; width: number }[]
  format(value: number): string
  max?: number | undefined
}

export interface Plot {
  show(data: Columns): void
  destroy(): void
}

/** 1, 2, 5, 10, 20, 25, 50 and so on. */
const WHOLE_STEPS = Array.from({ length: 10 }, (_, i) => [1, 2, 2.5, 5].map((step) => step * 10 ** i))
  .flat()
  .filter(Number.isInteger)

const TOOLTIP =
  'pointer-events-none absolute z-10 rounded-md border border-line bg-surface px-2.5 py-1.5 text-ink text-xs shadow-lg tabular-nums whitespace-nowrap'

/**
 * Draws lines into an element, in its size and in the colors of the page, with a tooltip. The library is loaded when it is
 * first needed, and draws on a canvas: everything is drawn again when the color scheme changes. `data` gives what is shown.
 */
export function createPlot(element: HTMLElement, options: PlotOptions, data: () => Columns): Plot {
  let plot: uPlot | undefined
  let ended = false
  const sizeOf = () => ({ width: element.clientWidth, height: element.clientHeight })
  const resized = new ResizeObserver(() => plot?.setSize(sizeOf()))

  const draw = (Library: typeof uPlot) => {
    plot?.destroy()
    plot = new Library(settingsOf(element, options, sizeOf()), aligned(data()), element)
  }
  import('uplot').then(
    ({ default: Library }) => {
      if (ended) return
      const drawAgain = () => draw(Library)
      drawAgain()
      resized.observe(element)
      onEnd = onThemeChange(drawAgain)
    },
    () => {
      element.textContent = 'The chart could not be drawn. The table has its figures.'
    },
  )
  let onEnd = () => {}

  return {
    show: (data) => plot?.setData(aligned(data)),
    destroy() {
      ended = true
      onEnd()
      resized.disconnect()
      plot?.destroy()
    },
  }
}

/** uPlot wants the times apart from the values. */
function aligned([times = [], ...values]: Columns): uPlot.AlignedData {
  return [times.map(Number), ...values]
}

function settingsOf(
  element: HTMLElement,
  { lines, format, max }: PlotOptions,
  size: { width: number; height: number },
): uPlot.Options {
  const styles = getComputedStyle(element)
  // The canvas does not know `light-dark()`: what the property says is not the color yet.
  const color = (name: string) => {
    element.style.color = `var(${name})`
    return styles.color
  }
  const font = `11px ${styles.fontFamily}`
  const axis = { stroke: color('--soft'), font, ticks: { show: false } }
  return {
    ...size,
    // The unit is above the axis.
    padding: [24, 28, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
    scales: { y: { range: (_, _low, high) => [0, max ?? Math.max(1, high * 1.1)] } },
    series: [
      {},
      ...lines.map((line) => ({
        label: line.label,
        stroke: color(line.color),
        dash: line.dash,
        width: line.width,
        // A value between two gaps has no line.
        points: { show: true, size: 5, fill: color(line.color), filter: betweenGaps },
      })),
    ],
    axes: [
      {
        ...{ ...axis, grid: { show: false }, space: 70, size: 24 },
        values: (_, seconds) => seconds.map((at) => formatTick(at * 1000)),
      },
      {
        ...{ ...axis, grid: { stroke: color('--line'), width: 1 }, space: 36, size: 56 },
        // Each line of the grid has a number.
        incrs: WHOLE_STEPS,
        values: (_, values) => values.map(format),
      },
    ],
    plugins: [tooltip({ lines, format })],
  }
}

const betweenGaps = (plot: uPlot, series: number): number[] => {
  const values = Array.from<number | null | undefined>(plot.data[series] ?? [])
  const isThere = (i: number) => values[i] !== null && values[i] !== undefined
  return values.flatMap((_, i) => (isThere(i) && !isThere(i - 1) && !isThere(i + 1) ? [i] : []))
}

/** The figures at the place of the pointer. */
function tooltip({ lines, format }: Pick<PlotOptions, 'lines' | 'format'>): uPlot.Plugin {
  const box = document.createElement('div')
  box.className = TOOLTIP
  box.hidden = true
  box.ariaHidden = 'true'
  return {
    hooks: {
      init: ({ over }) => over.append(box),
      setCursor({ cursor: { idx, left = -1 }, data, over }) {
        box.hidden = idx === null || idx === undefined || left < 0
        if (box.hidden || idx === null || idx === undefined) return
        const row = (text: string) => {
          const line = document.createElement('div')
          line.textContent = text
          return line
        }
        box.replaceChildren(
          row(formatHour((data[0][idx] ?? 0) * 1000)),
          ...lines.map(({ label }, i) => {
            const value = data[i + 1]?.[idx]
            return row(`${label}: ${value === null || value === undefined ? 'no traffic' : format(value)}`)
          }),
        )
        const isLeft = left < over.clientWidth / 2
        box.style.left = isLeft ? `${left + 12}px` : ''
        box.style.right = isLeft ? '' : `${over.clientWidth - left + 12}px`
        box.style.top = '4px'
      },
    },
  }
}
