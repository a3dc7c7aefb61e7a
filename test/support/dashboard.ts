import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import type { View } from './browser'
import type { UsedStage } from './stage'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

const PANELS = ['integrations', 'cache', 'webhooks', 'audit', 'lookup'] as const

/** One of the dashboard's panels. While a page streams in, what has come waits hidden beside it. */
export const panelOf =
  ({ page }: View) =>
  (id: string) =>
    page.locator(`#${id}`).filter({ visible: true })

/** Opens the dashboard and waits for every panel to be there. */
export async function openDashboard(view: View, stage: UsedStage, query = ''): Promise<void> {
  const { page, settled } = view
  await page.goto(`${stage.app.url}/dashboard${query}`)
  for (const id of PANELS) await panelOf(view)(id).waitFor()
  await page.waitForFunction(() => !document.querySelector('[aria-label^="Loading"]'))
  await settled()
}

/** What axe finds wrong with the page as it is, each with where. */
export async function axeFindings(page: Page): Promise<string[]> {
  // Not as a script of the page, which its Content-Security-Policy would refuse.
  await page.evaluate(readFileSync(axe, 'utf8'))
  const findings: unknown = await page.evaluate(`axe.run().then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ' ' + target.join(' '))))`)
  return Array.isArray(findings) ? findings.map(String) : [String(findings)]
}
