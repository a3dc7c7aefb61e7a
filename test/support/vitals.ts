import type { Page } from 'playwright-core'

/** Runs in the page before anything else: adds up what moves that the visitor did not move. */
export const watchShifts = `
window.shifts = []
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    if (!entry.hadRecentInput)
      window.shifts.push([entry.value, entry.sources.map(({ node }) => node?.id || node?.className || node?.nodeName).join(' | ')])
}).observe({ type: 'layout-shift', buffered: true })
new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.lcp = entry.startTime })
  .observe({ type: 'largest-contentful-paint', buffered: true })`

/** How much of the page has moved by itself, and what; in all, which is at least what browsers report. */
export async function clsOf(page: Page): Promise<{ cls: number; shifts: string[]; lcp: number }> {
  const found = (await page.evaluate('({ shifts: window.shifts, lcp: window.lcp })')) as {
    shifts: [number, string][]
    lcp: number
  }
  return {
    cls: found.shifts.reduce((sum, [value]) => sum + value, 0),
    shifts: found.shifts.map(([value, what]) => `${value.toFixed(3)} ${what.slice(0, 160)}`),
    lcp: Math.round(found.lcp),
  }
}
