import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { createProcessState } from '@/lib/lookup/process-state'
import { createRedisClient } from '@/lib/lookup/redis/client'
import { createStreamSink } from '@/lib/telemetry/stream-sink'
import { WEBHOOK_SECRET } from '../../local/clerk/keys'
import { signatureHeaders } from '../../local/clerk/signature'
import { people } from '../../local/seed'
import { quotaExceeded } from '../../local/upstash/faults'
import { axeFindings, openDashboard, panelOf, toastOf } from '../support/dashboard'
import { fullOr, looks } from '../support/full'
import { type Look, useBrowser, useStage } from '../support/stage'

const stage = useStage()
const browser = useBrowser(stage)

afterEach(async () => {
  stage.standIns.upstash.faults.clear()
  stage.standIns.clerk.faults.clear()
})

async function visit(path = '', { as = people.admin, ...look }: Look & { as?: string } = {}) {
  const view = await browser.openAs(as, look)
  await openDashboard(view, stage, path)
  return { ...view, panel: panelOf(view), toast: (text: string | RegExp) => toastOf(view, text) }
}

async function newUser(scopes: string[] | null = null) {
  const { clerk } = stage.standIns
  const email = `d${clerk.users().length}@example.com`
  const user = clerk.createUser({ emails: [email], username: `person-${clerk.users().length}` })
  if (scopes) clerk.connect(user.id, { email, scopes })
  await clerk.webhooks.flush()
  return { id: user.id, email, username: user.username ?? '' }
}

/** The words of a state, and no others. */
const shown = (state: string) => new RegExp(`^${state}$`)

const CALENDAR = 'https://www.googleapis.com/auth/calendar.readonly'

const nameOf = ({ width, colorScheme }: Look) => `${width} px in ${colorScheme}`

// By default each page is loaded once, and checked in one of the looks in turn.
describe.each(
  fullOr<(readonly Look[])[]>(
    looks.map((look) => [look]),
    [looks],
  ).map((those) => ({ those, names: those.map(nameOf).join(' and ') })),
)('at $names', ({ those }) => {
  test('axe has nothing to say of any page', async () => {
    const { page, ...view } = await visit('', those[0])
    const paths = [
      '',
      '/users',
      `/users/${people.member}`,
      '/users/user_nobody',
      ...fullOr(['/users?page=99', '/organizations/org_nobody'], []),
      '/organizations',
      '/organizations/org_2localNorthwind000000000000',
      '/integrations',
      '/cache',
      '/webhooks',
      '/audit',
    ]
    for (const [i, path] of paths.entries()) {
      await openDashboard({ page, ...view }, stage, path)
      for (const look of fullOr(those, those.slice(i % 2).slice(0, 1))) {
        await page.setViewportSize({ width: look.width ?? 1280, height: 900 })
        await page.emulateMedia({ colorScheme: look.colorScheme ?? 'light' })
        expect(await axeFindings(page), `${path} at ${nameOf(look)}`).toEqual([])
      }
    }
  })
})

describe.each(fullOr(looks, looks.slice(-1)))('at $width px in $colorScheme', (look) => {
  // A used-up limit opens the breaker for a minute.
  afterAll(() => stage.restart())

  test('axe has nothing to say of open rows, an open table, people who were found, and the menu', async () => {
    const { page, panel, toast, ...view } = await visit(`/users/${people.member}`, look)
    await panel('lookup').getByRole('button', { name: 'Invalidate' }).click()
    await toast('Invalidated.').waitFor()
    await openDashboard({ page, ...view }, stage, '/audit')
    // Records are written in batches, and the page brings itself up to date.
    await panel('audit')
      .getByRole('button', { name: /^Details/ })
      .first()
      .click()
    await panel('audit').getByText('Actor').waitFor()
    await page.getByRole('searchbox').fill('ma')
    await page.keyboard.press('Enter')
    await page.getByRole('list', { name: 'Users found' }).waitFor()
    expect(await axeFindings(page)).toEqual([])
    await page.keyboard.press('Escape')
    const menu = page.getByRole('button', { name: /^Pages of the dashboard/ })
    if (await menu.isVisible()) {
      await menu.click()
      expect(await axeFindings(page)).toEqual([])
    }
    await page.getByRole('link', { name: 'Cache', exact: true }).filter({ visible: true }).click()
    await page.waitForURL('**/dashboard/cache')
    await panel('charts').getByText('Hit rate as a table').click()
    expect(await axeFindings(page)).toEqual([])
  })

  test('axe has nothing to say of the empty states, messages and the question before a disconnection', async () => {
    const { page, panel, toast, ...view } = await visit(`/users/${people.tooFewScopes}`, look)
    await panel('lookup').getByRole('button', { name: 'Invalidate' }).click()
    await toast('Invalidated.').waitFor()
    await search({ page }, 'nobody-at-all')
    await page.getByRole('status').filter({ hasText: 'No user or organization found.' }).waitFor()
    await panel('integrations').getByRole('button', { name: 'Disconnect…' }).click()
    await page.getByRole('dialog', { name: 'Disconnect Sam Novak’s Google account?' }).waitFor()
    expect(await axeFindings(page)).toEqual([])
    await page.keyboard.press('Escape')
    await openDashboard({ page, ...view }, stage, '/audit?user=user_never_looked_at')
    await panel('audit').getByText('No audit records for this user').waitFor()
    expect(await axeFindings(page)).toEqual([])
    await openDashboard({ page, ...view }, stage, '/webhooks')
    await deleteLog()
    await panel('webhooks').getByText('No webhooks yet').waitFor()
    expect(await axeFindings(page)).toEqual([])
  })

  test('axe has nothing to say of the pages while Redis is out', async () => {
    const views = [
      await visit('', look),
      await visit('/cache', look),
      await visit('/webhooks', look),
      await visit('/audit', look),
    ] as const
    const [overview, cache, webhooks, audit] = views
    stage.standIns.upstash.faults.set(quotaExceeded)
    await overview.panel('verdict').getByText('The Redis plan’s limit is reached').waitFor()
    await cache.panel('cache').getByText('The Redis plan’s limit is reached').waitFor()
    await webhooks.panel('webhooks').getByText('The Redis plan’s limit is reached').waitFor()
    await audit.panel('audit').getByText('The Redis plan’s limit is reached').waitFor()
    for (const { page } of views) expect(await axeFindings(page)).toEqual([])
  })
})

async function deleteLog() {
  const { url, token } = stage.standIns.upstash
  await createRedisClient({ url, token, state: createProcessState() }).insist('del', (client) =>
    client.del('ck:webhooks:log'),
  )
}

describe('Integrations', () => {
  test.each([
    [people.member, 'Connected', 'calendar.readonly, calendar.events'],
    [people.tooFewScopes, 'Scopes missing', 'calendar.readonly'],
    [people.needsReconnecting, 'Needs reconnecting', 'Only the user can do it'],
    [people.neverConnected, 'Not connected', 'Only the user can connect them'],
  ])('%s: %s', async (user, state, detail) => {
    const { panel } = await visit(`/users/${user}`)
    await panel('integrations').getByText(shown(state)).first().waitFor()
    await panel('integrations').getByText(detail).first().waitFor()
    // Addresses are masked, also those of accounts.
    expect(await panel('integrations').innerHTML()).not.toMatch(/[a-z0-9]@example/)
  })

  test('says that it could not be checked while Clerk is not responding', async () => {
    const { id } = await newUser([CALENDAR])
    const first = await visit(`/users/${id}`)
    await first
      .panel('integrations')
      .locator('.text-good', { hasText: shown('Connected') })
      .waitFor()
    stage.standIns.clerk.updateUser(id, { firstName: 'Changed' })
    await stage.standIns.clerk.webhooks.flush()
    // The user is read again before Clerk goes.
    await first.page.reload()
    await first
      .panel('integrations')
      .locator('.text-good', { hasText: shown('Connected') })
      .waitFor()
    await first.settled()
    const { url, token } = stage.standIns.upstash
    await createRedisClient({ url, token, state: createProcessState() }).insist('del', (client) =>
      client.del(`ck:f:integrations:${id}`),
    )
    stage.standIns.clerk.faults.add({ status: 503 })
    await first.page.reload()
    await first.panel('integrations').getByText('Could not be checked').waitFor()
  })

  test('of a blocked user were not checked, and neither Clerk nor Redis is to blame', async () => {
    const { id } = await newUser([CALENDAR])
    stage.standIns.clerk.updateUser(id, { banned: true })
    await stage.standIns.clerk.webhooks.flush()
    const { panel, ...view } = await visit(`/users/${id}`)
    await panel('integrations').getByText(shown('Not checked')).waitFor()
    expect(await panel('integrations').getByText('did not answer').count()).toBe(0)
    // It could not do anything.
    expect(await panel('integrations').getByRole('button', { name: 'Refresh' }).count()).toBe(0)
    await openDashboard(view, stage, '/users')
    const line = panel('users')
      .getByRole('listitem')
      .filter({ has: view.page.locator(`a[href$="${id}"]`) })
    await line.getByText(shown('Banned')).waitFor()
  })

  test('names who has been refused a token, and leads to them', async () => {
    await visit(`/users/${people.needsReconnecting}`)
    await new Promise((resolve) => setTimeout(resolve, 9_500))
    const { page, panel } = await visit('/integrations')
    // Only a user's own state: the provider itself is not blamed.
    expect(
      await panel('integrations')
        .getByText(/Failing for/)
        .count(),
    ).toBe(0)
    await panel('integrations').getByRole('link', { name: 'Ruth Adeyemi' }).click()
    await panel('integrations').getByText(shown('Needs reconnecting')).waitFor()
    expect(page.url()).toContain(`/users/${people.needsReconnecting}`)
  })

  test('refreshes a token, says until when it is good, and writes it down', async () => {
    const { id } = await newUser([CALENDAR])
    const { panel, toast } = await visit(`/users/${id}`)
    await panel('integrations').getByRole('button', { name: 'Refresh' }).click()
    await toast(/Clerk returned a Google token that expires in \d+ (min|h)/).waitFor()
    await panel('audit').getByText('dashboard.refresh').first().waitFor()
  })

  test('pressed twice a button does its work once', async () => {
    const { id } = await newUser([CALENDAR])
    const { panel, toast } = await visit(`/users/${id}`)
    stage.standIns.clerk.faults.add({
      route: '/v1/users/{user_id}/oauth_access_tokens/{provider}',
      latencyMs: 500,
    })
    stage.standIns.clerk.resetRequests()
    await panel('integrations').getByRole('button', { name: 'Refresh' }).dblclick()
    await toast(/Clerk returned a Google token/).waitFor()
    const { byRoute } = stage.standIns.clerk.requests()
    expect(byRoute['GET /v1/users/{user_id}/oauth_access_tokens/{provider}']).toBe(1)
  })

  test('disconnects after a question, and not when that is cancelled', async () => {
    const { id } = await newUser([CALENDAR])
    const { page, panel, toast } = await visit(`/users/${id}`)
    await panel('integrations').getByRole('button', { name: 'Disconnect…' }).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await panel('integrations')
      .locator('.text-good', { hasText: shown('Connected') })
      .waitFor()
    await panel('integrations').getByRole('button', { name: 'Disconnect…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect', exact: true }).click()
    await toast('Google is disconnected.').waitFor()
    await panel('integrations').getByText(shown('Not connected')).waitFor()
    await stage.standIns.clerk.webhooks.flush()
  })

  test('shows a disconnection as done meanwhile, and takes it back when Clerk refuses', async () => {
    const { id } = await newUser([CALENDAR])
    const { page, panel, toast } = await visit(`/users/${id}`)
    stage.standIns.clerk.faults.add({
      route: 'DELETE /v1/users/{user_id}/external_accounts/{external_account_id}',
      status: 500,
      latencyMs: 1000,
    })
    await panel('integrations').getByRole('button', { name: 'Disconnect…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect', exact: true }).click()
    await panel('integrations').getByText('Google is being disconnected…').waitFor()
    await toast('It may have been saved').waitFor()
    await panel('integrations').getByRole('button', { name: 'Disconnect…' }).waitFor()
    stage.standIns.clerk.faults.clear()
    await toast('It may have been saved').getByRole('button', { name: 'Try again' }).click()
    await toast('Google is disconnected.').waitFor()
    await stage.standIns.clerk.webhooks.flush()
  })
})

/** The field and the button of the search, which every page has. */
const search = async ({ page }: { page: Page }, word: string) => {
  await page.getByRole('searchbox', { name: /^Find a user by ID, name/ }).fill(word)
  await page.getByRole('button', { name: 'Search', exact: true }).click()
}

describe('Look up a user', () => {
  // A used-up limit opens the breaker for a minute.
  afterAll(() => stage.restart())

  test('finds by id, username and e-mail address, and puts none but the id into the address', async () => {
    const { id, email, username } = await newUser()
    const { page, panel, settled } = await visit('/cache')
    for (const word of [email, username.toUpperCase(), id]) {
      await search({ page }, word)
      await page.waitForURL(`**/dashboard/users/${id}`)
      await page.getByRole('main').getByText(id, { exact: true }).waitFor()
      // The result is where the eye is.
      expect(await page.evaluate('scrollY')).toBe(0)
      await settled()
      await page.goto('about:blank')
      await page.goto(`${stage.app.url}/dashboard/cache`)
      await panel('cache').getByText('Clerk budget left').waitFor()
    }
  })

  test('finds by a part of the name, lists who was found, and says how many', async () => {
    const { page } = await visit('/audit')
    await search({ page }, 'ma')
    const found = page.getByRole('list', { name: 'Users found' })
    await found.getByRole('link', { name: /Amara Okafor/ }).waitFor()
    await page.getByRole('status').filter({ hasText: 'users found' }).waitFor()
    await found.getByRole('link', { name: /Amara Okafor/ }).click()
    await page.getByRole('heading', { name: 'Amara Okafor' }).waitFor()
    expect(page.url()).toContain(people.expert)
    await found.waitFor({ state: 'hidden' })
  })

  test('says that it shows only the first who were found', async () => {
    const { page } = await visit('/audit')
    await search({ page }, 'example.com')
    const found = page.getByRole('list', { name: 'Users found' })
    await found.getByText('The first 8. Type more of the name to find others.').waitFor()
    expect(await found.getByRole('link').count()).toBe(8)
    await page.getByRole('status').filter({ hasText: 'The first 8 users found.' }).waitFor()
  })

  test('says that neither a user nor an organization was found', async () => {
    const { page } = await visit()
    await search({ page }, 'nobody-at-all')
    await page.getByRole('status').filter({ hasText: 'No user or organization found.' }).waitFor()
  })

  test('shows the entry without address or metadata, and can invalidate and warm it', async () => {
    const { id, email } = await newUser()
    const { page, panel, toast } = await visit(`/users/${id}`)
    // Inspected before the page itself read the user.
    await panel('lookup').getByText(shown('Was not cached')).waitFor()
    await page.reload()
    await panel('lookup').getByText('In Redis').waitFor()
    await panel('lookup')
      .getByText(/^[\d,]+ bytes$/)
      .waitFor()
    expect(await page.content()).not.toContain(email)
    await panel('lookup').getByRole('button', { name: 'Invalidate' }).click()
    await toast('Invalidated.').waitFor()
    await panel('lookup').getByText(shown('Was not cached')).waitFor()
    await panel('lookup').getByRole('button', { name: 'Warm' }).click()
    await toast('Cached.').waitFor()
    await panel('lookup').getByText('In Redis').waitFor()
    await panel('audit').getByText('cache.invalidate').first().waitFor()
    await panel('audit').getByText('cache.warm').first().waitFor()
    await toast('Cached.').getByRole('button', { name: 'Undo' }).click()
    await panel('lookup').getByText(shown('Was not cached')).waitFor()
  })

  test('refuses to invalidate while Redis is out, announces why at once, and offers to try again', async () => {
    const { page, panel, toast } = await visit(`/users/${people.member}`)
    stage.standIns.upstash.faults.set(quotaExceeded)
    await panel('lookup').getByRole('button', { name: 'Invalidate' }).click()
    const failure = page
      .getByRole('alert')
      .filter({ hasText: 'it is unknown whether your session was revoked' })
    await failure.waitFor()
    expect(await toast('it is unknown').getByRole('button', { name: 'Try again' }).count()).toBe(1)
  })
})

describe('Webhooks and Audit', () => {
  /** The page once it has this. What others have just read is shared for some seconds. */
  async function visitWebhooks(has: string) {
    const view = await visit('/webhooks')
    const count = async () => {
      await openDashboard(view, stage, '/webhooks')
      return view.panel('webhooks').locator(has).count()
    }
    await expect.poll(count, { timeout: 60_000 }).toBeGreaterThan(0)
    return view
  }

  test('a new webhook is announced and moves nothing until it is asked for, and opens to what it invalidated and its attempts', async () => {
    const known = await newUser()
    const { page, panel } = await visitWebhooks(`a[href$="${known.id}"]`)
    const rows = panel('webhooks').getByRole('listitem')
    const before = await rows.first().boundingBox()
    const { id } = await newUser()
    const row = rows.filter({ has: page.getByRole('link', { name: id }) })
    await panel('webhooks')
      .getByRole('status')
      .filter({ hasText: '1 new webhook' })
      .waitFor({ state: 'attached' })
    expect(await rows.first().boundingBox()).toEqual(before)
    expect(await row.count()).toBe(0)
    await panel('webhooks').getByRole('button', { name: 'Show 1 new webhook' }).click()
    await row.getByText('user.created').waitFor()
    expect(
      await panel('webhooks')
        .getByRole('button', { name: /^Show / })
        .count(),
    ).toBe(0)
    const details = row.getByRole('button', { name: /^Details of user.created/ })
    expect(await details.evaluate((one) => one === document.activeElement)).toBe(true)
    await details.click()
    await row.getByText(`${id}: invalidated user, tokens, integrations`).waitFor()
    await row.getByText(/^msg_/).waitFor()
    await row.getByRole('list', { name: '1 attempt' }).waitFor()
  })

  test('a webhook that succeeds when it is tried again says so in its place, also while new ones wait', async () => {
    const deliver = (id: string, data: object) => {
      const body = JSON.stringify({ type: 'user.updated', object: 'event', data })
      return fetch(`${stage.app.url}/api/webhooks/clerk`, {
        ...{ method: 'POST', body },
        headers: signatureHeaders(WEBHOOK_SECRET, id, body),
      })
    }
    await newUser()
    await deliver('msg_2triedLater', {})
    await deliver('msg_2triedAgain', {})
    const { panel } = await visitWebhooks('text="Refused: bad payload" >> nth=1')
    const first = panel('webhooks').getByRole('listitem').first()
    await newUser()
    const show = panel('webhooks').getByRole('button', { name: 'Show 1 new webhook' })
    await show.waitFor()
    await deliver('msg_2triedAgain', { id: people.neverConnected })
    await first.getByText('2 attempts').waitFor()
    await first.getByText('Done').waitFor()
    await show.click()
    await first.getByText('Refused: bad payload').waitFor()
    await deliver('msg_2triedLater', { id: people.neverConnected })
    await first.getByText('2 attempts').waitFor()
    // They look the same, and are not folded: a line that goes would move others.
    expect(await panel('webhooks').getByText('2 attempts').count()).toBe(2)
  })

  test('the trail can be narrowed to one user, and widened again', async () => {
    const { id } = await newUser([CALENDAR])
    const { panel, page, toast, ...view } = await visit(`/users/${id}`)
    await panel('lookup').getByRole('button', { name: 'Warm' }).click()
    await toast('Cached.').waitFor()
    await openDashboard({ page, ...view }, stage, '/audit')
    await panel('audit').getByLabel('User ID').fill(id)
    await panel('audit').getByRole('button', { name: 'Apply' }).click()
    await page.waitForURL('**user=user_**')
    await panel('audit').getByText('cache.warm').waitFor()
    await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'))
    const rows = panel('audit').locator('ul:not([aria-label]) > li')
    for (const row of await rows.all()) expect(await row.locator(`a[href$="${id}"]`).count()).toBe(1)
    await panel('audit').getByLabel('Action').selectOption({ label: 'token.*' })
    await page.waitForURL('**action=token**')
    await panel('audit').getByText('cache.warm').waitFor({ state: 'hidden' })
    await panel('audit').getByRole('link', { name: 'Clear' }).click()
    await panel('audit').getByRole('link', { name: 'Clear' }).waitFor({ state: 'hidden' })
  })

  test('what is shown can be exported, without a formula, and the trail says who did', async () => {
    const { panel, page } = await visit('/audit?action=dashboard')
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      panel('audit').getByRole('link', { name: 'CSV' }).click(),
    ])
    expect(file.suggestedFilename()).toMatch(/^audit-[\d-]+\.csv$/)
    const text = await readFile(await file.path(), 'utf8')
    const [head, ...lines] = text.trim().split('\r\n')
    expect(head).toBe('"at","action","outcome","actor","impersonating","subject","target","id"')
    expect(lines.length).toBeGreaterThan(0)
    for (const line of lines) expect(line).toMatch(/^"[^"]+","dashboard\./)
    await page.reload()
    await panel('audit').getByRole('listitem').getByText('dashboard.export').first().waitFor()
  })
})

test('users are read aloud in the order of the columns: name, address, roles, time', async () => {
  stage.standIns.clerk.createUser({
    ...{ emails: ['order@example.com'], username: 'order-of-columns' },
    publicMetadata: { role: 'expert' },
  })
  await stage.standIns.clerk.webhooks.flush()
  const { panel } = await visit('/users')
  const row = panel('users').getByRole('listitem').filter({ hasText: 'order-of-columns' })
  expect(await row.textContent()).toMatch(/order-of-columns.*@example\.com.*expert.*(now|ago)/)
})

test('a page of the trail without matches leads to older records, and the last one says that there are none', async () => {
  const { url, token } = stage.standIns.upstash
  const sink = createStreamSink({
    redis: createRedisClient({ url, token, state: createProcessState() }),
    ...{ key: 'ck:audit', maxBytes: 32_000_000, maxAge: 24 * 60 * 60 * 1000 },
  })
  const record = { action: 'token.read', actor: people.member, subject: people.member, outcome: 'ok' }
  for (let batch = 0; batch < 20; batch++)
    await sink(
      Array.from({ length: 1000 }, (_, i) => ({ id: `many-${batch}-${i}`, seq: 1, at: Date.now(), record })),
    )
  const { panel } = await visit('/audit?outcome=reconnect_required')
  await panel('audit').getByText('No matches in this part of the trail').waitFor()
  await panel('audit').getByRole('link', { name: 'Older' }).click()
  await panel('audit').getByText('No records match').waitFor()
})

test('charts have ranges, a tooltip, and a table of the same figures', async () => {
  const { page, panel } = await visit('/cache')
  const chart = panel('charts').getByRole('figure', { name: 'Hit rate' })
  await chart.locator('canvas').waitFor()
  await chart.getByText('Hit rate as a table').click()
  await chart.getByRole('columnheader', { name: 'Hit rate' }).waitFor()
  expect(await chart.getByRole('rowheader').count()).toBe(60)
  await panel('charts').getByRole('link', { name: '24 h' }).click()
  await page.waitForURL('**chart=24h')
  await expect.poll(() => chart.getByRole('rowheader').count()).toBe(96)
  // What lies over the canvas.
  await chart.locator('.u-over').hover()
  await chart.getByText(/^Hit rate: /).waitFor()
})

test('the minutes of tables are those of the reader’s time zone', async () => {
  const { page } = await visit('/cache', { timezoneId: 'Asia/Kolkata' })
  for (const name of ['Hit rates by minute as a table', 'Hit rate as a table']) {
    await page.getByText(name, { exact: true }).filter({ visible: true }).click()
    const time = page
      .getByRole('region', { name, exact: true })
      .getByRole('rowheader')
      .first()
      .locator('time')
    const at = new Date((await time.getAttribute('datetime')) ?? '')
    const inKolkata = at.toLocaleTimeString('en-US', {
      ...{ hour: 'numeric', minute: '2-digit', timeZone: 'Asia/Kolkata' },
    })
    expect((await time.textContent())?.replaceAll('\u202f', ' ')).toBe(inKolkata.replaceAll('\u202f', ' '))
  }
})
