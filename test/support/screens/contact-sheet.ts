import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Browser } from 'playwright-core'

/** Puts pictures side by side on one, each half as large as it is. */
export async function writeSheet(browser: Browser, files: string[], to: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 2400, height: 800 } })
  const pictures = files.map((file) => {
    const data = readFileSync(file).toString('base64')
    return `<figure><figcaption>${basename(file, '.png')}</figcaption><img src="data:image/png;base64,${data}"></figure>`
  })
  await page.setContent(`<style>
    body { margin: 8px; display: flex; flex-wrap: wrap; gap: 8px; align-items: start; background: #888; font: 12px sans-serif }
    figure { margin: 0 } img { display: block; zoom: 0.5; max-height: 2600px; object-fit: cover; object-position: top }
  </style>${pictures.join('')}`)
  await page.screenshot({ path: to, fullPage: true })
  await page.close()
}
