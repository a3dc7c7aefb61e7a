import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LocalStack, startLocalStack } from '~/lib/clerk-cache/local/stack'

const port = Number(process.env.APP_PORT ?? 3000)
const appUrl = `http://localhost:${port}`
let stack: LocalStack
let app: ChildProcess
let browser: Browser
let page: Page
let amara: string

beforeAll(async () => {
  stack = await startLocalStack({
    appUrl,
    ports: { clerk: port + 1, upstash: port + 2, google: port + 3 }, // those of the build
    webhookPath: '/api/webhooks/clerk',
  })
  const publicMetadata = { role: 'expert', headline: 'Scaling data pipelines' }
  const user = { username: 'amara', firstName: 'Amara', lastName: 'Okafor', emails: ['amara@example.com'] }
  amara = stack.clerk.createUser({ ...user, publicMetadata }).id
  app = spawn(process.execPath, ['node_modules/next/dist/bin/next', 'start', '--port', String(port)], {
    env: { ...process.env, ...stack.env, NODE_ENV: 'production', CACHE_REDIS_TIMEOUT_MS: '10000' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  while (!(await fetch(appUrl).catch(() => undefined))) await pause(100)
  const executablePath = process.env.CHROME_PATH
  browser = await chromium.launch(
    executablePath ? { executablePath, args: ['--no-sandbox'] } : { channel: 'chrome' },
  )
  page = await browser.newPage()
})

afterAll(async () => {
  await browser?.close()
  if (app?.kill()) await once(app, 'exit')
  await stack?.stop()
})

test('a new name at Clerk is on the next page, by the webhook', async () => {
  await page.goto(`${appUrl}/experts`)
  await page.getByText('Amara Okafor').first().waitFor()
  stack.clerk.updateUser(amara, { firstName: 'Amarachi' })
  await stack.clerk.webhooks.flush()
  await page.reload()
  await page.getByText('Amarachi Okafor').first().waitFor()
})

test('somebody signs in, and the page is theirs', async () => {
  const { cookies } = await stack.clerk.issueSession(amara)
  await stack.clerk.webhooks.flush()
  const ofApp = Object.entries(cookies).map(([name, value]) => ({ name, value, url: appUrl }))
  await page.context().addCookies(ofApp)
  await page.reload()
  await page.getByRole('button', { name: /^Account of Amara/ }).waitFor()
})

test('a page that was shown before costs Clerk nothing', async () => {
  await page.reload({ waitUntil: 'networkidle' })
  stack.clerk.resetRequests()
  await page.reload({ waitUntil: 'networkidle' })
  expect(stack.clerk.requests().byRoute).toEqual({})
})
