import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { createProcessState } from '@/lib/lookup/process-state'
import { createRedisClient } from '@/lib/lookup/redis/client'
import { people } from '../../local/seed'
import { quotaExceeded } from '../../local/upstash/faults'
import { axeFindings, openDashboard, panelOf } from '../support/dashboard'
import { looks } from '../support/full'
import { type Look, useBrowser, useStage } from '../support/stage'

const stage = useStage()
const browser = useBrowser(stage)

afterEach(async () => {
  stage.standIns.upstash.faults.clear()
  stage.standIns.clerk.faults.clear()
})

async function visit(query = '', { as = people.admin, ...look }: Look & { as?: string } = {}) {
  const view = await browser.openAs(as, look)
  await openDashboard(view, stage, query)
  return { ...view, panel: panelOf(view) }
}

async function newUser(scopes: string[] | null = null) {
  const { clerk } = stage.standIns
  const email = `d${clerk.users().length}@example.com`
  const user = clerk.createUser({ emails: [email], username: `person-${clerk.users().length}` })
  if (scopes) clerk.connect(user.id, { email, scopes })
  await clerk.webhooks.flush()
  return { id: user.id, email, username: user.username ?? '' }
}

/** A state with its shape. */
const shown = (state: string) => new RegExp(`^. ${state}$`)

const CALENDAR = 'https://www.googleapis.com/auth/calendar.readonly'

describe.each(looks)('at $width px in $colorScheme', (look) => {
  // A used-up limit opens the breaker for a minute.
  afterAll(() => stage.restart())

  test('axe has nothing to say of the page with a user chosen', async () => {
    const { page } = await visit(`?user=${people.member}`, look)
    expect(await axeFindings(page)).toEqual([])
  })

  test('axe has nothing to say of the empty states, the open table and the question before a disconnection', async () => {
    const { page, panel } = await visit(`?user=${people.tooFewScopes}&audit=user_nobody`, look)
    await deleteLog()
    await panel('webhooks').getByText('No webhooks yet').waitFor()
    await panel('audit').getByText('No records of this user').waitFor()
    await panel('integrations').getByRole('button', { name: 'Disconnect…' }).click()
    await page.getByRole('dialog', { name: 'Disconnect Google?' }).waitFor()
    expect(await axeFindings(page)).toEqual([])
  })

  test('axe has nothing to say of the page while Redis is out', async () => {
    const { page, panel } = await visit('', look)
    stage.standIns.upstash.faults.set(quotaExceeded)
    await panel('cache').getByText('The Redis plan’s limit is used up').waitFor()
    await panel('webhooks').getByText('Redis does not answer').waitFor()
    await panel('audit').getByText('Redis does not answer').waitFor()
    expect(await axeFindings(page)).toEqual([])
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
    [people.needsReconnecting, 'Needs reconnecting', 'unknown without a token'],
    [people.neverConnected, 'Not connected', 'Only the user can connect it'],
  ])('%s: %s', async (user, state, detail) => {
    const { panel } = await visit(`?user=${user}`)
    await panel('integrations').getByText(shown(state)).waitFor()
    await panel('integrations').getByText(detail).first().waitFor()
  })

  test('says that it could not be checked while Clerk does not answer', async () => {
    const { id } = await newUser([CALENDAR])
    const first = await visit(`?user=${id}`)
    await first.panel('integrations').getByText(shown('Connected')).waitFor()
    stage.standIns.clerk.updateUser(id, { firstName: 'Changed' })
    await stage.standIns.clerk.webhooks.flush()
    // The user is read again before Clerk goes.
    await first.page.reload()
    await first.panel('integrations').getByText(shown('Connected')).waitFor()
    await first.settled()
    const { url, token } = stage.standIns.upstash
    await createRedisClient({ url, token, state: createProcessState() }).insist('del', (client) =>
      client.del(`ck:f:integrations:${id}`),
    )
    stage.standIns.clerk.faults.add({ status: 503 })
    await first.page.reload()
    await first.panel('integrations').getByText('Could not be checked').waitFor()
  })

  test('names who has been refused a token, and leads to them', async () => {
    await visit(`?user=${people.needsReconnecting}`)
    await new Promise((resolve) => setTimeout(resolve, 9_500))
    const { page, panel } = await visit()
    await panel('integrations').getByRole('link', { name: people.needsReconnecting }).click()
    await panel('integrations').getByText(shown('Needs reconnecting')).waitFor()
    expect(page.url()).toContain(people.needsReconnecting)
  })

  test('refreshes a token, says until when it is good, and writes it down', async () => {
    const { id } = await newUser([CALENDAR])
    const { panel } = await visit(`?user=${id}`)
    await panel('integrations').getByRole('button', { name: 'Refresh' }).click()
    await panel('integrations')
      .getByText(/Clerk returned a Google token that expires at/)
      .waitFor()
    await panel('audit').getByText('dashboard.refresh').first().waitFor()
  })

  test('pressed twice a button does its work once', async () => {
    const { id } = await newUser([CALENDAR])
    const { panel } = await visit(`?user=${id}`)
    stage.standIns.clerk.faults.add({
      route: '/v1/users/{user_id}/oauth_access_tokens/{provider}',
      latencyMs: 500,
    })
    stage.standIns.clerk.resetRequests()
    await panel('integrations').getByRole('button', { name: 'Refresh' }).dblclick()
    await panel('integrations')
      .getByText(/Clerk returned a Google token/)
      .waitFor()
    const { byRoute } = stage.standIns.clerk.requests()
    expect(byRoute['GET /v1/users/{user_id}/oauth_access_tokens/{provider}']).toBe(1)
  })

  test('disconnects after a question, and not when that is cancelled', async () => {
    const { id } = await newUser([CALENDAR])
    const { page, panel } = await visit(`?user=${id}`)
    await panel('integrations').getByRole('button', { name: 'Disconnect…' }).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await panel('integrations').getByText(shown('Connected')).waitFor()
    await panel('integrations').getByRole('button', { name: 'Disconnect…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect', exact: true }).click()
    await panel('integrations').getByText('Google is disconnected.').waitFor()
    await panel('integrations').getByText(shown('Not connected')).waitFor()
    await stage.standIns.clerk.webhooks.flush()
  })

  test('shows a disconnection as done meanwhile, and takes it back when Clerk refuses', async () => {
    const { id } = await newUser([CALENDAR])
    const { page, panel } = await visit(`?user=${id}`)
    stage.standIns.clerk.faults.add({
      route: 'DELETE /v1/users/{user_id}/external_accounts/{external_account_id}',
      status: 500,
      latencyMs: 1000,
    })
    await panel('integrations').getByRole('button', { name: 'Disconnect…' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect', exact: true }).click()
    await panel('integrations').getByText('Google is being disconnected…').waitFor()
    await panel('integrations').getByText('It may have been saved').waitFor()
    await panel('integrations').getByRole('button', { name: 'Disconnect…' }).waitFor()
  })
})

describe('Look up a user', () => {
  // A used-up limit opens the breaker for a minute.
  afterAll(() => stage.restart())

  test('finds by id, username and e-mail address, and puts none but the id into the address', async () => {
    const { id, email, username } = await newUser()
    const { page, panel } = await visit()
    for (const word of [email, username.toUpperCase(), id]) {
      await panel('lookup').getByLabel('User ID, username or email address').fill(word)
      await panel('lookup').getByRole('button', { name: 'Look up' }).click()
      await page.waitForURL(`**/dashboard?user=${id}#lookup`)
      await panel('lookup').getByText(id).waitFor()
      await page.goto('about:blank')
      await page.goto(`${stage.app.url}/dashboard`)
      await panel('lookup').getByText('No user selected').waitFor()
    }
  })

  test('says that a user was not found', async () => {
    const { panel } = await visit()
    await panel('lookup').getByLabel('User ID, username or email address').fill('nobody-at-all')
    await panel('lookup').getByRole('button', { name: 'Look up' }).click()
    await panel('lookup').getByText('User not found.').waitFor()
  })

  test('shows the entry without address or metadata, and can invalidate and warm it', async () => {
    const { id, email } = await newUser()
    const { page, panel } = await visit(`?user=${id}`)
    // Inspected before the page itself read the user.
    await panel('lookup').getByText(shown('Not cached')).waitFor()
    await page.reload()
    await panel('lookup').getByText('In Redis').waitFor()
    await panel('lookup')
      .getByText(/^[\d,]+ bytes$/)
      .waitFor()
    expect(await page.content()).not.toContain(email)
    await panel('lookup').getByRole('button', { name: 'Invalidate' }).click()
    await panel('lookup').getByText('Invalidated.').waitFor()
    await panel('lookup').getByText(shown('Not cached')).waitFor()
    await panel('lookup').getByRole('button', { name: 'Warm' }).click()
    await panel('lookup').getByText('Cached.').waitFor()
    await panel('lookup').getByText('In Redis').waitFor()
    await panel('audit').getByText('cache.invalidate').first().waitFor()
    await panel('audit').getByText('cache.warm').first().waitFor()
  })

  test('refuses to invalidate while Redis is out, and says why', async () => {
    const { panel } = await visit(`?user=${people.member}`)
    stage.standIns.upstash.faults.set(quotaExceeded)
    await panel('lookup').getByRole('button', { name: 'Invalidate' }).click()
    await panel('lookup').getByText('it is unknown whether your session was revoked').waitFor()
  })
})

describe('Webhooks and Audit', () => {
  test('a webhook shows by itself, with what it invalidated', async () => {
    const { panel } = await visit()
    const { id } = await newUser()
    await panel('webhooks').getByText(`${id}: invalidated user, tokens, integrations`).first().waitFor()
    await panel('webhooks').getByText('user.created').first().waitFor()
  })

  test('the trail can be narrowed to one user, and widened again', async () => {
    const { id } = await newUser([CALENDAR])
    const { panel, page } = await visit(`?user=${id}`)
    await panel('lookup').getByRole('button', { name: 'Warm' }).click()
    await panel('lookup').getByText('Cached.').waitFor()
    await panel('audit').getByLabel('User ID').fill(id)
    await panel('audit').getByRole('button', { name: 'Show' }).click()
    await page.waitForURL('**audit=user_**')
    await panel('audit').getByText('cache.warm').waitFor()
    for (const line of await panel('audit').getByRole('listitem').allTextContents())
      expect(line).toContain(id)
    await panel('audit').getByRole('link', { name: 'All users' }).click()
    await panel('audit').getByRole('link', { name: 'All users' }).waitFor({ state: 'hidden' })
  })
})
