/**
 * Takes pictures of the public and the members' pages in all their states: `SCREENSHOTS=folder npm run screens`.
 * `ONLY=home,profile` takes those whose names begin so, `WIDTHS=375,1280` and `SCHEMES=dark` fewer of each. Beside the
 * pictures it writes sheets with all looks of a screen, and prints what is wider than the window.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { buildApp, type Stage, startStage } from '../app'
import { launchBrowser, openView, unpackBrowser } from '../browser'
import { writeSheet } from './contact-sheet'
import { createPeople, groups, type Screen } from './public-screens'

const listIn = (variable: string, usual: string) => (process.env[variable] ?? usual).split(',')
const folder = process.env.SCREENSHOTS ?? '.next-e2e/screens'
const only = listIn('ONLY', '')
const widths = listIn('WIDTHS', '320,375,768,1280,1920').map(Number)
const schemes = listIn('SCHEMES', 'light,dark') as ('light' | 'dark')[]

async function takeScreen(
  browser: Browser,
  stage: Stage,
  screen: Screen,
  look: { width: number; colorScheme: 'light' | 'dark' },
) {
  const { name, path, as, act, large, early } = screen
  const width = large ? Math.max(320, look.width / 2) : look.width
  const view = await openView(browser, { ...look, width })
  const { page, context, settled } = view
  page.setDefaultTimeout(20_000)
  if (as) {
    const { cookies } = await stage.standIns.clerk.issueSession(as)
    await context.addCookies(
      Object.entries(cookies).map(([key, value]) => ({ name: key, value, url: stage.app.url })),
    )
  }
  if (large)
    await page.addInitScript(
      `addEventListener('DOMContentLoaded', () => { document.documentElement.style.fontSize = '200%' })`,
    )
  if (early) {
    // Neither Clerk's script nor the app's own.
    await page.route('**/*.js*', (route) =>
      new URL(route.request().url()).pathname.includes('.js') ? undefined : route.continue(),
    )
    await page.goto(stage.app.url + path, { waitUntil: 'commit' })
    await page.getByRole('main').waitFor()
  } else {
    await page.goto(stage.app.url + path)
    await settled()
    await act?.(page)
    await settled()
  }
  const measured = (await page.evaluate(`({ over: document.documentElement.scrollWidth - innerWidth,
    low: [...document.querySelectorAll('a, button, label:has(input[type=radio]), summary')].filter((one) => {
      const { width, height } = one.getBoundingClientRect()
      return one.checkVisibility() && height > 1 && (height < 24 || width < 24) && getComputedStyle(one).display !== 'inline'
    }).map((one) => one.textContent.trim().slice(0, 30)) })`)) as { over: number; low: string[] }
  if (measured.over > 0) console.log(`${name} at ${look.width} px: ${measured.over} px too wide`)
  if (measured.low.length > 0)
    console.log(`${name} at ${look.width} px: small targets ${measured.low.join(', ')}`)
  const file = join(folder, `${name}-${look.width}-${look.colorScheme}.png`)
  await page.screenshot({ path: file, fullPage: true, animations: 'disabled' })
  await context.close()
  return file
}

mkdirSync(folder, { recursive: true })
await unpackBrowser()
await buildApp()
const browser = await launchBrowser()
let taken = 0
for (const group of groups) {
  const stage = await startStage({ CACHE_REDIS_TIMEOUT_MS: '1000', ...group.env })
  try {
    const { standIns } = stage
    await group.arrange?.(standIns)
    const screens = group
      .screens(await createPeople(standIns))
      .filter(({ name }) => only.some((start) => name.startsWith(start)))
    if (group.fail) await standIns.engine.empty()
    group.fail?.(standIns)
    for (const screen of screens) {
      const files: string[] = []
      for (const width of widths)
        for (const colorScheme of schemes)
          try {
            files.push(await takeScreen(browser, stage, screen, { width, colorScheme }))
          } catch (error) {
            console.log(`${screen.name} at ${width} px, ${colorScheme}: ${String(error).split('\n')[0]}`)
          }
      taken += files.length
      await writeSheet(browser, files, join(folder, `sheet-${screen.name}.png`))
    }
  } finally {
    await stage.close()
  }
}
await browser.close()
console.log(`${taken} pictures in ${folder}`)
