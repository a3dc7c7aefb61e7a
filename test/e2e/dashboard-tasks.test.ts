import type { Locator, Page } from 'playwright-core'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { people } from '../../local/seed'
import { openDashboard, panelOf } from '../support/dashboard'
import { countADay, fillLogs } from '../support/dashboard-data'
import { useBrowser, useStage } from '../support/stage'

const stage = useStage()
const browser = useBrowser(stage)

/** Clicks and keys that an answer may cost, from the overview. */
const MOST = 4

beforeAll(async () => {
  await countADay(stage.standIns)
  await fillLogs(stage.standIns)
})

afterEach(() => {
  stage.standIns.upstash.faults.clear()
  stage.standIns.clerk.faults.clear()
})

/** The overview at 1280 by 800, and the hand of the admin, which counts. */
async function onCall() {
  const view = await browser.openAs()
  const { page } = view
  await page.setViewportSize({ width: 1280, height: 800 })
  await openDashboard(view, stage)
  let steps = 0
  const step = async (does: Promise<unknown>) => {
    steps++
    await does
  }
  return {
    ...{ page, panel: panelOf(view) },
    steps: () => steps,
    press: (key: string) => step(page.keyboard.press(key)),
    /** What the ticket says, with one key: Control and V. */
    paste: (text: string) => step(page.keyboard.insertText(text)),
    click: (what: Locator) => step(what.click()),
    /** One click opens the list, another is on the entry. */
    async choose(list: Locator, label: string) {
      steps += 2
      await list.selectOption({ label })
    },
  }
}

/** Waits until it can be read without scrolling: all of it is in the window, and nothing is over its middle. */
async function onScreen(what: Locator): Promise<void> {
  const isSeen = () =>
    what.evaluate((element) => {
      const { top, left, right, bottom } = element.getBoundingClientRect()
      const middle = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
      const isInside = top >= 0 && left >= 0 && right <= window.innerWidth && bottom <= window.innerHeight
      return isInside && middle !== null && (element.contains(middle) || middle.contains(element))
    })
  await what.waitFor()
  await expect.poll(isSeen, { message: String(what), timeout: 10_000 }).toBe(true)
}

const text = (page: Page, words: string | RegExp) => page.getByText(words).filter({ visible: true }).first()

describe('why can this user not see their calendar', () => {
  test.each([
    ['sam-novak', 'Scopes missing', 'calendar.readonly', 'Only the user can grant them'],
    ['ruth@example.com', 'Needs reconnecting', 'Last refresh', 'Only the user can do it'],
    ['noah@example.com', 'Not connected', 'Google', 'Only the user can connect them'],
  ])('%s: %s', async (who, state, detail, advice) => {
    const { page, panel, press, paste, steps } = await onCall()
    await press('/')
    await paste(who)
    await press('Enter')
    await page.waitForURL('**/dashboard/users/*')
    const answer = panel('integrations')
    await onScreen(answer.getByText(new RegExp(`^${state}$`)).first())
    await onScreen(answer.getByText(detail).first())
    await onScreen(answer.getByText(advice).first())
    expect(steps()).toBeLessThanOrEqual(MOST)
  })
})

describe('did yesterday’s role change arrive everywhere', () => {
  /** The change, and somebody who reads the user after it. */
  async function changeRole() {
    const { clerk } = stage.standIns
    const expert = clerk.users().find(({ id }) => id === people.expert)
    clerk.updateUser(people.expert, { publicMetadata: { ...expert?.publicMetadata, role: 'expert' } })
    await clerk.webhooks.flush()
    const visitor = await browser.open()
    await visitor.page.goto(`${stage.app.url}/experts/amara-okafor`)
    await visitor.page.getByRole('heading', { name: 'Amara Okafor' }).filter({ visible: true }).waitFor()
    await visitor.settled()
  }

  test('by the user of the ticket: the role, and that every process has it', async () => {
    await changeRole()
    const { page, press, paste, steps } = await onCall()
    await press('/')
    await paste('amara-okafor')
    await press('Enter')
    await page.waitForURL('**/dashboard/users/*')
    await onScreen(text(page, 'Up to date with Clerk: the last change has arrived everywhere'))
    await onScreen(page.locator('dd').getByText(/^expert$/))
    expect(steps()).toBeLessThanOrEqual(MOST)
  })

  test('by the trail: who changed whose role to what, and that every process has it', async () => {
    await changeRole()
    const { page, panel, click, choose, steps } = await onCall()
    await click(page.getByRole('navigation', { name: 'Dashboard' }).getByRole('link', { name: 'Audit' }))
    await page.waitForURL('**/dashboard/audit')
    await choose(panel('audit').getByLabel('Action'), 'role.update')
    await page.waitForURL('**action=role.update')
    const row = panel('audit').getByRole('listitem').filter({ hasText: 'role.update' })
    await onScreen(row.getByText('expert', { exact: true }))
    await onScreen(row.getByText('1 day ago'))
    await click(row.getByRole('link', { name: 'Amara Okafor' }))
    await page.waitForURL(`**/dashboard/users/${people.expert}`)
    await onScreen(text(page, 'Up to date with Clerk: the last change has arrived everywhere'))
    expect(steps()).toBeLessThanOrEqual(MOST)
  })

  test('and if it did not: that an older user is still read, and what to press', async () => {
    await changeRole()
    const { clerk } = stage.standIns
    clerk.webhooks.pause()
    try {
      clerk.updateUser(people.expert, { firstName: 'Amaraa' })
      const { page, press, paste, steps } = await onCall()
      await press('/')
      await paste(people.expert)
      await press('Enter')
      await page.waitForURL('**/dashboard/users/*')
      await onScreen(text(page, 'Older than in Clerk: a change has not arrived yet.'))
      await onScreen(text(page, /press Invalidate below/))
      expect(steps()).toBeLessThanOrEqual(MOST)
    } finally {
      clerk.updateUser(people.expert, { firstName: 'Amara' })
      clerk.webhooks.resume()
      await clerk.webhooks.flush()
    }
  })
})

describe('is Redis or Clerk slow', () => {
  test.each([
    ['Redis', () => stage.standIns.upstash.faults.set({ only: ['ping'], delay: 300 })],
    ['Clerk', () => stage.standIns.clerk.faults.add({ route: '/v1/jwks', latencyMs: 1_500 })],
  ])('%s is, and the other is not', async (slow, begin) => {
    begin()
    // Reads of a few seconds are shared.
    await new Promise((resolve) => setTimeout(resolve, 5_500))
    const { page, panel, click, steps } = await onCall()
    const verdict = panel('verdict').getByRole('link', { name: new RegExp(`^${slow} is slow, ping now`) })
    await onScreen(verdict)
    await click(verdict)
    await page.waitForURL('**/dashboard/cache')
    for (const name of ['Redis', 'Clerk']) {
      const card = panel('cache')
        .getByRole('listitem')
        .filter({ has: page.getByRole('heading', { name, exact: true }) })
      await onScreen(
        card.getByText(name === slow ? /^Slow, ping now [\d,]+ ms$/ : /^Up, ping now [\d,]+ ms$/),
      )
      await onScreen(card.getByText('p99'))
    }
    expect(steps()).toBeLessThanOrEqual(MOST)
  })
})
