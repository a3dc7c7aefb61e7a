import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

/** The widths of a small and a usual phone, a tablet, a laptop and a large screen. */
export const WIDTHS: readonly number[] = [320, 375, 768, 1280, 1920]
export const SCHEMES: readonly ('light' | 'dark')[] = ['light', 'dark']

/** By how many pixels the page can be scrolled sideways. */
export const overflowOf = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)

/**
 * Pictures of the whole page as it is, in every width and color scheme, as `folder/name-375-dark.png`. Returns the files.
 * `least`: the narrowest window, whatever the width that the file is named after.
 */
export async function takePictures(
  page: Page,
  { folder, name, widths = WIDTHS, schemes = SCHEMES, least = 0 }: PictureOptions,
): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const files: string[] = []
  for (const width of widths)
    for (const colorScheme of schemes) {
      await page.setViewportSize({ width: Math.max(least, width), height: 900 })
      await page.emulateMedia({ colorScheme })
      await afterPaint(page)
      const path = join(folder, `${name}-${width}-${colorScheme}.png`)
      await page.screenshot({ path, fullPage: true, animations: 'disabled' })
      files.push(path)
    }
  return files
}

interface PictureOptions {
  folder: string
  name: string
  widths?: readonly number[]
  schemes?: readonly ('light' | 'dark')[]
  least?: number
}

/** The charts are drawn again when their size or the color scheme changes. */
const afterPaint = (page: Page) =>
  page.evaluate(
    () =>
      new Promise((resolve) =>
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 60))),
      ),
  )
