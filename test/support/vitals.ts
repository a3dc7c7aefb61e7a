import type { Page } from 'playwright-core'

/** Runs in the page before anything else: adds up what moves that the visitor did not move. */
export const watchShifts = `
window.shifts = []
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    if (!entry.hadRecentInput)
      window.shifts.push([entry.value, entry.sources.map(({ node }) => node?.id || node?.className || node?.nodeName).join(' | ')])
}).observe({ type: 'layout-shift', buffered: true })
new PerformanceObserver((list) => {
  for (const { startTime, url, element } of list.getEntries())
    window.lcp = { ms: Math.round(startTime), image: url, text: element?.innerText.trim() ?? '' }
}).observe({ type: 'largest-contentful-paint', buffered: true })`

/** The largest thing that was painted: when, in milliseconds, the address of an image, and its text. */
export async function largestPaintOf(page: Page): Promise<{ ms: number; image: string; text: string }> {
  return page.evaluate('window.lcp')
}

/** How much of the page has moved by itself, and what; in all, which is at least what browsers report. */
export async function clsOf(page: Page): Promise<{ cls: number; shifts: string[] }> {
  const shifts = await page.evaluate<[number, string][]>('window.shifts')
  return {
    cls: shifts.reduce((sum, [value]) => sum + value, 0),
    shifts: shifts.map(([value, what]) => `${value.toFixed(3)} ${what.slice(0, 160)}`),
  }
}
