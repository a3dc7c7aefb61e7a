import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { Stage } from '../app'
import { openView } from '../browser'
import type { Screen } from './public-screens'

export interface Looks {
  widths: number[]
  schemes: ('light' | 'dark')[]
}

/** Opens a screen once and takes pictures of the whole page in every look. Prints what does not fit. */
export async function takePictures(
  browser: Browser,
  stage: Stage,
  screen: Screen,
  looks: Looks,
  folder: string,
) {
  const { context, page, settled } = await openView(browser)
  page.setDefaultTimeout(30_000)
  try {
    await open(page, stage, screen, settled)
    const files: string[] = []
    for (const width of looks.widths)
      for (const colorScheme of looks.schemes) {
        await page.setViewportSize({ width: screen.large ? Math.max(640, width) : width, height: 900 })
        await page.emulateMedia({ colorScheme })
        const over = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        if (over !== 0) console.log(`${screen.name} at ${width} px: ${over} px too wide`)
        const file = join(folder, `${screen.name}-${width}-${colorScheme}.png`)
        await page.screenshot({ path: file, fullPage: true, animations: 'disabled' })
        files.push(file)
      }
    return files
  } finally {
    await context.close()
  }
}

async function open(page: Page, stage: Stage, screen: Screen, settled: () => Promise<void>) {
  const { path, as, act, large, early } = screen
  if (as) {
    const { cookies } = await stage.standIns.clerk.issueSession(as)
    const entries = Object.entries(cookies)
    await page.context().addCookies(entries.map(([name, value]) => ({ name, value, url: stage.app.url })))
  }
  if (large)
    await page.addInitScript(
      `addEventListener('DOMContentLoaded', () => { document.documentElement.style.fontSize = '200%' })`,
    )
  await page.goto(stage.app.url + path, { waitUntil: early ? 'commit' : 'load' })
  await (early ? page.locator('[data-loading]').first().waitFor() : settled())
  await act?.(page)
  if (act) await settled()
}
