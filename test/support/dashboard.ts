import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import type { View } from './browser'
import type { UsedStage } from './stage'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/** One of the dashboard's panels. While a page streams in, what has come waits hidden beside it. */
export const panelOf =
  ({ page }: Pick<View, 'page'>) =>
  (id: string) =>
    page.locator(`#${id}`).filter({ visible: true })

/** Opens a page of the dashboard and waits for everything to be there. */
export async function openDashboard(view: View, stage: Pick<UsedStage, 'app'>, path = ''): Promise<void> {
  const { page, settled } = view
  await page.goto(`${stage.app.url}/dashboard${path}`)
  await page.getByRole('heading', { level: 1 }).filter({ visible: true }).waitFor()
  await page.waitForFunction(() => !document.querySelector('[aria-label^="Loading"]'))
  await settled()
}

/** The messages about what was done, and what failed. */
export const toastOf = ({ page }: Pick<View, 'page'>, text: string | RegExp) =>
  page.locator('[data-toast]').filter({ hasText: text })

/** What axe finds wrong with the page as it is, each with where. */
export async function axeFindings(page: Page): Promise<string[]> {
  // Not as a script of the page, which its Content-Security-Policy would refuse.
  if (!(await page.evaluate(`'axe' in window`))) await page.evaluate(readFileSync(axe, 'utf8'))
  const findings: unknown =
    await page.evaluate(`axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ' ' + target.join(' '))))`)
  return Array.isArray(findings) ? findings.map(String) : [String(findings)]
}
