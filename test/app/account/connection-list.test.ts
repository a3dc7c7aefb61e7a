import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test, vi } from 'vitest'
import { ConnectionList } from '@/app/account/connection-list'
import type { Integration } from '@/lib/integrations/integrations.service'

vi.mock('@/app/account/actions', () => ({ checkNow: async () => ({ status: 'idle', message: '' }) }))

const integration = (status: Integration['status'], name = 'Google'): Integration => ({
  ...{ id: name.toLowerCase(), name, icon: 'M0 0', status, scopes: [], missing: [], accounts: [] },
  ...{ since: null, expiresAt: null, retryAt: null, optionalMissing: [], action: null },
  checkedAt: 0,
})

const markup = (status: Integration['status']) =>
  renderToStaticMarkup(
    createElement(ConnectionList, { integrations: [integration(status)], back: '/account' }),
  )

test('connections that could not be checked have a link that tries again, and others do not', () => {
  expect(markup('degraded')).toContain('Try again</a>')
  expect(markup('connected')).not.toContain('Try again')
})

describe('what could not be checked', () => {
  const notice = (integrations: Integration[], cause?: string) =>
    renderToStaticMarkup(createElement(ConnectionList, { integrations, back: '/account', cause }))
      .split('<ul')[0]
      ?.replace(/<[^>]+>/g, '')
  const google = integration('degraded')
  const github = integration('degraded', 'GitHub')
  const slack = integration('connected', 'Slack')

  test('is named, with the cause, and is not changed', () => {
    expect(notice([google], 'Redis is not responding')).toContain(
      'Google could not be checked: Redis is not responding. The connection itself is unchanged.',
    )
    expect(notice([google, github, slack])).toContain(
      'Google and GitHub could not be checked. The connections',
    )
    expect(notice([google, github])).toContain('Your connections could not be checked.')
    expect(notice([slack])).toBe('')
  })
})

test('a connection that has to be reconnected says why', () => {
  expect(markup('reconnect_required')).toContain('Google’s permission expired or was withdrawn.')
  expect(markup('not_connected')).not.toContain('withdrawn')
})

test('a missing permission is said in words, with its name', () => {
  const missing = ['https://www.googleapis.com/auth/calendar.readonly', 'odd.scope']
  const integrations = [{ ...integration('scope_missing'), missing }]
  const html = renderToStaticMarkup(createElement(ConnectionList, { integrations, back: '/account' }))
  expect(html).toContain('see your calendars and their events (<code>calendar.readonly</code>)')
  expect(html).toContain('<code>odd.scope</code>')
})
