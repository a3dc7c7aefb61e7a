import type { Browser, Page } from 'playwright-core'
import type { Stage } from '../app'
import { openView } from '../browser'
import { overflowOf, takePictures } from '../pictures'
import type { Screen } from './public-screens'

/** Opens a screen once, prints what does not fit, and takes pictures of it. */
export async function photograph(
  browser: Browser,
  stage: Stage,
  screen: Screen,
  options: { widths: readonly number[]; schemes: readonly ('light' | 'dark')[]; folder: string },
) {
  const { context, page, settled } = await openView(browser)
  page.setDefaultTimeout(30_000)
  const least = screen.large ? 640 : 0
  try {
    await open(page, stage, screen, settled)
    for (const width of options.widths) {
      await page.setViewportSize({ width: Math.max(least, width), height: 900 })
      const over = await overflowOf(page)
      if (over !== 0) console.log(`${screen.name} at ${width} px: ${over} px too wide`)
    }
    return await takePictures(page, { ...options, name: screen.name, least })
  } finally {
    await context.close()
  }
}

async function open(page: Page, stage: Stage, screen: Screen, settled: () => Promise<void>) {
  const { path, as, before, act, large, early } = screen
  if (as) {
    const { cookies } = await stage.standIns.clerk.issueSession(as)
    const entries = Object.entries(cookies)
    await page.context().addCookies(entries.map(([name, value]) => ({ name, value, url: stage.app.url })))
  }
  if (large)
    await page.addInitScript(
      `addEventListener('DOMContentLoaded', () => { document.documentElement.style.fontSize = '200%' })`,
    )
  await before?.(page)
  await page.goto(stage.app.url + path, { waitUntil: early ? 'commit' : 'load' })
  await (early ? page.locator('[data-loading]').first().waitFor() : settled())
  await act?.(page)
  if (act) {
    await settled()
    // The header stays at the top of the window, which a picture of the whole page shows where that is.
    await page.evaluate('scrollTo(0, 0)')
  }
}
