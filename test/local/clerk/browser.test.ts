import { createServer, type Server } from 'node:http'
import { createClerkClient } from '@clerk/backend'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ClerkStandIn, startClerk } from '../../../local/clerk/server'
import { seed } from '../../../local/seed'
import { launchBrowser, openView } from '../../support/browser'

let app: { server: Server; url: string }
let clerk: ClerkStandIn
let browser: Browser

beforeAll(async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const url = `http://localhost:${typeof address === 'object' && address ? address.port : 0}`
  app = { server, url }
  clerk = await startClerk({ appUrl: url, seed })
  serveApp()
  browser = await launchBrowser()
}, 30_000)
afterAll(async () => {
  await browser.close()
  await clerk.close()
  await new Promise((resolve) => app.server.close(resolve).closeAllConnections())
})

/** A minimal app on Clerk: the SDK's check before each page, as in the middleware, and clerk-js. */
function serveApp() {
  const sdk = createClerkClient({
    secretKey: clerk.secretKey,
    publishableKey: clerk.publishableKey,
    apiUrl: clerk.url,
    proxyUrl: clerk.env.NEXT_PUBLIC_CLERK_PROXY_URL,
  })
  app.server.on('request', async (request, response) => {
    const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    const state = await sdk.authenticateRequest(new Request(app.url + request.url, { headers }), {
      jwtKey: clerk.jwtKey,
    })
    const location = state.headers.get('location')
    if (location) {
      response.writeHead(307, { location, 'set-cookie': state.headers.getSetCookie() }).end()
      return
    }
    const userId = state.isAuthenticated ? state.toAuth().userId : ''
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(`<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>App</title>
      <p id="server">${userId}</p>
      <script src="${clerk.env.NEXT_PUBLIC_CLERK_JS_URL}" crossorigin="anonymous"
        data-clerk-publishable-key="${clerk.publishableKey}"
        data-clerk-proxy-url="${clerk.env.NEXT_PUBLIC_CLERK_PROXY_URL}"></script>
      <script>Clerk.load({ signInUrl: '${clerk.env.NEXT_PUBLIC_CLERK_SIGN_IN_URL}', standardBrowser: true, telemetry: false })
        .then(() => { document.title = Clerk.user ? Clerk.user.fullName : 'nobody' })</script></html>`)
  })
}

/** The user that the server and clerk-js consider signed in, once clerk-js sends no more requests. */
const shown = async (page: Page) => {
  await page.waitForFunction('document.title !== "App"')
  await page.waitForLoadState('networkidle')
  return { server: await page.textContent('#server'), client: await page.title() }
}

describe('the real clerk-js in a real browser', () => {
  it('signs in, stays signed in, shows changes and signs out, without errors', async () => {
    const { context, page, trouble } = await openView(browser)
    await page.goto(app.url)
    expect(await shown(page)).toEqual({ server: '', client: 'nobody' })

    await page.evaluate('void Clerk.redirectToSignIn({ signInForceRedirectUrl: location.origin + "/after" })')
    await page.getByRole('button', { name: /Mia Moreau/ }).click()
    await page.waitForURL(`${app.url}/after`)
    const mia = seed.users.find((user) => user.firstName === 'Mia')
    expect(await shown(page)).toEqual({ server: mia?.id, client: 'Mia Moreau' })

    const token = await page.evaluate<string>('Clerk.session.getToken({ skipCache: true })')
    expect(token.split('.')).toHaveLength(3)

    await page.evaluate('Clerk.user.update({ firstName: "Maria" })')
    expect(await page.evaluate('Clerk.user.fullName')).toBe('Maria Moreau')
    await page.goto(await page.evaluate<string>('Clerk.buildUserProfileUrl()'))
    await page.getByLabel('Last name').fill('Moreau-Lind')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('link', { name: 'Back to the app' }).click()
    expect(await shown(page)).toEqual({ server: mia?.id, client: 'Maria Moreau-Lind' })

    // After a minute without requests the app's cookie has expired, and one handshake renews it.
    await page.goto('about:blank')
    clerk.resetRequests()
    await context.clearCookies({ name: /^__session/ })
    await page.goto(`${app.url}/later`)
    expect(await shown(page)).toEqual({ server: mia?.id, client: 'Maria Moreau-Lind' })
    expect(clerk.frontendRequests().byRoute['GET /v1/client/handshake']).toBe(1)

    await page.evaluate('Clerk.signOut({ redirectUrl: location.origin + "/bye" })')
    await page.waitForURL(`${app.url}/bye`)
    expect(await shown(page)).toEqual({ server: '', client: 'nobody' })
    expect(clerk.frontendRequests().byRoute['GET /v1/client/handshake']).toBe(1)
    expect(clerk.requests().total).toBe(0)
    expect(
      Object.keys(clerk.frontendRequests().byRoute).filter((route) => route.startsWith('unknown')),
    ).toEqual([])
    expect(trouble).toEqual([])
    await context.close()
  })

  it('switches to another user', async () => {
    const { context, page, trouble } = await openView(browser)
    for (const [name, button] of [
      ['Ada Lindgren', /Ada/],
      ['Noah Baker', /Noah/],
    ] as const) {
      await page.goto(`${clerk.url}/sign-in?redirect_url=${app.url}/`)
      await page.getByRole('button', { name: button }).click()
      await page.waitForURL(`${app.url}/`)
      expect((await shown(page)).client).toBe(name)
    }
    expect(trouble).toEqual([])
    await context.close()
  })
})

describe.each(['light', 'dark'] as const)('the hosted pages in %s', (colorScheme) => {
  it('fit a phone and pass axe', async () => {
    const { context, page, trouble } = await openView(browser, { width: 375, colorScheme })
    const check = async () => {
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(375)
      await page.evaluate(axe.source)
      const { violations } = await page.evaluate<axe.AxeResults>('axe.run()')
      expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([])
    }
    await page.goto(`${clerk.url}/sign-in`)
    await check()
    await page.getByRole('button', { name: /Ruth/ }).click()
    await page.waitForURL(`${app.url}/`)
    await shown(page)
    await page.goto(`${clerk.url}/user`)
    await check()
    expect(trouble).toEqual([])
    await context.close()
  })
})
