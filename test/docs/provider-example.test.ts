import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { invalidateUserCache } from '@/lib/cache/clerk-cache-utils'
import { getCachedOAuthToken, withOAuthToken } from '@/lib/cache/token-cache'
import { apiOf, checkConnection } from '@/lib/integrations/check-connection'
import { getConnectedIntegrations } from '@/lib/integrations/integrations.service'
import { google, setProviders } from '@/lib/integrations/providers'
import { dropbox } from '../../docs/examples/dropbox'
import { useServices } from '../support/services'

const read = (path: string) => readFileSync(join(import.meta.dirname, '../..', path), 'utf8')

/** Dropbox: accepts a POST with a valid token, and one that has the scope for files. */
const server = createServer((request, response) => {
  const token = services.clerk.tokenInfo(request.headers.authorization?.replace('Bearer ', '') ?? '')
  const answer = (status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  if (request.method !== 'POST') return answer(400, {})
  if (token?.provider !== 'oauth_dropbox') return answer(401, { error: { '.tag': 'invalid_access_token' } })
  if (request.url === '/users/get_current_account') return answer(200, { account_id: token.userId })
  return token.scopes.includes('files.content.read')
    ? answer(200, { entries: [] })
    : answer(401, { error: { '.tag': 'missing_scope', required_scope: 'files.content.read' } })
})

const services = useServices({
  env: async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    return { PROVIDER_API_URLS: `dropbox=http://127.0.0.1:${port}` }
  },
})
let userId: string

beforeEach(() => {
  setProviders(google, dropbox)
  userId = services.clerk.createUser({ emails: [`u${services.clerk.users().length}@example.com`] }).id
})
afterEach(() => setProviders(google))
afterAll(() => server.close().closeAllConnections())

const connect = (...scopes: string[]) => services.clerk.connect(userId, { provider: 'oauth_dropbox', scopes })
const list = () =>
  withOAuthToken(userId, dropbox, (token) =>
    fetch(`${apiOf(dropbox)}/files/download`, {
      ...{ method: 'POST', headers: { authorization: `Bearer ${token.reveal()}` } },
    }),
  )
const statusNow = async () => (await getConnectedIntegrations(userId)).find(({ id }) => id === 'dropbox')

test('the guide shows the code that is tested here, and it adds a provider in under 15 lines', () => {
  const example = read('docs/examples/dropbox.ts')
  expect(read('docs/guides/providers.md')).toContain(
    `<!-- docs/examples/dropbox.ts -->\n\`\`\`ts\n${example}\`\`\``,
  )
  const declaration = example.slice(example.indexOf('export const')).trimEnd().split('\n')
  expect(declaration.length).toBeLessThan(15)
})

test('an added provider is connected, granted what was missing, refused and connected again', async () => {
  /** Connects the account anew. No webhook arrives here. */
  const reconnect = async (scope: string) => {
    connect(scope)
    await invalidateUserCache(userId)
  }
  expect(await statusNow()).toMatchObject({ name: 'Dropbox', status: 'not_connected' })
  await reconnect('account_info.read')
  expect(await statusNow()).toMatchObject({ status: 'scope_missing', missing: ['files.metadata.read'] })
  await reconnect('files.metadata.read')
  expect(await checkConnection(userId, dropbox)).toEqual({ status: 'ok' })
  services.clerk.revokeAtProvider(userId)
  expect(await checkConnection(userId, dropbox)).toMatchObject({ status: 'reconnect_required' })
  expect(await statusNow()).toMatchObject({ status: 'reconnect_required' })
  await reconnect('files.metadata.read')
  expect(await statusNow()).toMatchObject({ status: expect.stringMatching(/^(connected|expiring)$/) })
  expect(await checkConnection(userId, dropbox)).toEqual({ status: 'ok' })
})

test('an added provider’s 401 about scopes keeps the token, and names the scope', async () => {
  connect('files.metadata.read')
  const before = await getCachedOAuthToken(userId, dropbox)
  services.clerk.resetRequests()
  expect(await list()).toMatchObject({ status: 'scope_missing', missing: ['files.content.read'] })
  expect(await getCachedOAuthToken(userId, dropbox)).toEqual(before)
  expect(services.clerk.requests().total).toBe(0)
})
