/**
 * Takes pictures of all pages in all their states: `SCREENSHOTS=folder npm run screens`. `ONLY=home,dashboard-cache` takes
 * those whose names begin so, `STATES=dashboard,both-down` those of these groups, `WIDTHS=375,1280` and `SCHEMES=dark` fewer of
 * each. Beside the pictures it writes sheets with all looks of a screen, and prints what is wider than the window.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { buildApp, startStage } from '../app'
import { launchBrowser, unpackBrowser } from '../browser'
import { SCHEMES, WIDTHS } from '../pictures'
import { E2E_COPY } from '../ports'
import { writeSheet } from './contact-sheet'
import { dashboardGroups } from './dashboard-screens'
import { createCamera } from './picture'
import { publicGroups } from './public-screens'

const listIn = (variable: string, usual: string) => (process.env[variable] ?? usual).split(',')
const folder = process.env.SCREENSHOTS ?? '.next-e2e/screens'
const only = listIn('ONLY', '')
const all = [...publicGroups, ...dashboardGroups]
const groups = listIn('STATES', all.map(({ name }) => name).join())
const widths = listIn('WIDTHS', WIDTHS.join()).map(Number)
const schemes = SCHEMES.filter((scheme) => listIn('SCHEMES', SCHEMES.join()).includes(scheme))

mkdirSync(folder, { recursive: true })
await unpackBrowser()
await buildApp([E2E_COPY])
const browser = await launchBrowser()
let taken = 0
for (const group of all.filter(({ name }) => groups.includes(name))) {
  const stage = await startStage({ CACHE_REDIS_TIMEOUT_MS: '1000', ...group.env })
  try {
    const { standIns } = stage
    await group.arrange?.(standIns)
    const screens = (await group.screens(standIns)).filter(({ name }) =>
      only.some((start) => name.startsWith(start)),
    )
    if (screens.length === 0) continue
    const camera = createCamera(browser, stage)
    if (group.before) await camera.visit(group.before)
    await group.fail?.(standIns)
    for (const screen of screens) {
      const files = await camera.photograph(screen, { widths, schemes, folder }).catch((error) => {
        console.log(`${screen.name}: ${error}`)
        return []
      })
      taken += files.length
      await writeSheet(browser, files, join(folder, `sheet-${screen.name}.png`))
    }
  } finally {
    await stage.close()
  }
}
await browser.close()
console.log(`${taken} pictures in ${folder}`)
