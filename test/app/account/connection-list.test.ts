import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test, vi } from 'vitest'
import { ConnectionList } from '@/app/account/connection-list'
import type { Integration } from '@/lib/integrations/integrations.service'

vi.mock('@/app/account/actions', () => ({ checkNow: async () => ({ status: 'idle', message: '' }) }))

const integration = (status: Integration['status']): Integration => ({
  ...{ id: 'google', name: 'Google', icon: 'M0 0', status, scopes: [], missing: [], accounts: [] },
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
