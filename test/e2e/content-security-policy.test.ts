import { describe, expect, test } from 'vitest'
import { people } from '../../local/seed'
import type { View } from '../support/browser'
import { fullOr } from '../support/full'
import { useBrowser, useStage } from '../support/stage'

const stage = useStage()
/** Violations and answers with 404 are expected in some tests, and looked at in all. */
const browser = useBrowser(stage, { trouble: true })

const PUBLIC = ['/', '/experts', '/experts/amara-okafor', '/sign-in', '/sign-up']
const PRIVATE = [
  '/account',
  '/profile',
  '/calendar',
  '/dashboard',
  `/dashboard/users/${people.member}`,
  '/dashboard/cache',
]
const MISSING = [
  '/_next/no-such',
  '/experts/nobody-of-that-name',
  '/no-such-page',
  '/no-such-page.png',
  '/experts/x.png',
  '/api/no-such',
]

type Watched = View & { violations: string[] }

/** A view that writes down each violation on a page of the app, from before its first script. */
async function open(who: string | undefined): Promise<Watched> {
  const view = await (who ? browser.openAs(who) : browser.open())
  const violations: string[] = []
  await view.page.exposeFunction('report', (violation = 'RAN') => violations.push(violation))
  await view.page.addInitScript(`if (location.origin === '${stage.app.url}')
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
      window.report(effectiveDirective + ' ' + blockedURI))`)
  return { ...view, violations }
}

/** Opens a page and waits until its scripts have run: Clerk's has loaded, so React is at work and the policy lets both. */
async function visit(view: View, path: string) {
  await view.page.goto(stage.app.url + path)
  await view.page.waitForFunction(() => Reflect.get(Reflect.get(window, 'Clerk') ?? {}, 'loaded') === true)
  await view.settled()
}

/** Console errors and uncaught ones, apart from the answer of a missing page, which is one. */
const troubleOf = ({ trouble }: View) =>
  trouble.filter((line) => /^(console|uncaught)/.test(line) && !line.includes('status of 404'))

describe.each([
  ['signed out', undefined, [...PUBLIC, ...fullOr(MISSING, MISSING.slice(0, 3))]],
  ['signed in', people.admin, fullOr([...PUBLIC, ...PRIVATE, ...MISSING], PRIVATE)],
] as const)('%s', (_, who, paths) => {
  test.each(paths)('%s breaks no rule of its policy', async (path) => {
    const view = await open(who)
    await visit(view, path)
    expect(view.violations).toEqual([])
    expect(troubleOf(view)).toEqual([])
  })

  const attacked = fullOr(
    paths,
    paths.filter((_, i) => i % 3 === 0),
  )
  test.each(attacked)('%s does not run a script that was written into it', async (path) => {
    const view = await open(who)
    await view.page.route(stage.app.url + path, async (route) => {
      const response = await route.fetch()
      const html = `<script>report('RAN')</script>
        <script nonce="">report('RAN')</script>
        <img src="/icon.svg" alt="" onload="report('RAN')">
        <script src="https://evil.example/x.js"></script><base href="https://evil.example/">`
      await route.fulfill({ response, body: (await response.text()).replace('<main', `${html}<main`) })
    })
    await view.page.goto(stage.app.url + path)
    await expect.poll(() => view.violations.length).toBeGreaterThanOrEqual(5)
    expect(view.violations).not.toContain('RAN')
    expect(String(view.violations)).toContain('evil.example')
  })
})

test('a script that a page adds to itself does not run', async () => {
  const view = await open(people.admin)
  await visit(view, '/dashboard')
  await view.page.evaluate(`
    document.body.insertAdjacentHTML('beforeend', '<img src="/icon.svg" alt="" onload="report()">')
    const script = document.createElement('script')
    script.textContent = 'report()'
    document.body.append(script)
    const link = document.createElement('a')
    link.href = 'javascript:report()'
    document.body.append(link)
    link.click()`)
  await expect.poll(() => view.violations.length).toBeGreaterThanOrEqual(3)
  expect(view.violations).not.toContain('RAN')
})

test('each answer has a nonce of its own', async () => {
  const nonces = await Promise.all(
    [1, 2, 3].map(async () => {
      const { headers } = await fetch(stage.app.url)
      return /'nonce-([^']+)'/.exec(headers.get('content-security-policy') ?? '')?.[1]
    }),
  )
  expect(new Set(nonces).size).toBe(3)
  expect(nonces).not.toContain(undefined)
})

test('what is missing among the files of a build is text, and no page that would need a policy of scripts', async () => {
  for (const path of ['/_next/static/no-such', '/_next/static/no-such.js']) {
    const { status, headers } = await fetch(stage.app.url + path)
    expect([status, headers.get('content-type')]).toEqual([404, 'text/plain; charset=utf-8'])
  }
})

test.each(['/', '/api/health', '/icon.svg', '/no-such-page', '/_next/no-such', '/_next/static/no-such'])(
  '%s has the headers that hold everywhere',
  async (path) => {
    const { headers } = await fetch(stage.app.url + path)
    const policy = headers.get('content-security-policy')
    for (const rule of ["base-uri 'self'", "object-src 'none'", "frame-ancestors 'none'"])
      expect(policy).toContain(rule)
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000')
    expect(headers.get('permissions-policy')).toContain('camera=()')
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin-allow-popups')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  },
)

test('the token is for a fetch of the site’s own pages, and not for a page, a frame or an image', async () => {
  const view = await open(people.member)
  await visit(view, '/')
  const token = await view.page.evaluate(`fetch('/api/calendar/token').then(({ status }) => status)`)
  expect(token).toBe(200)
  const asked: [string, (path: string) => string][] = [
    ['an image', (path) => `document.body.append(Object.assign(new Image(), { src: '${path}' }))`],
    [
      'a frame',
      (path) => `document.body.append(Object.assign(document.createElement('iframe'), { src: '${path}' }))`,
    ],
    ['a link of the site', (path) => `location.assign('${path}')`],
  ]
  for (const path of ['/api/calendar/token', '/api/calendar/events', '/api/admin/dashboard']) {
    const answers: unknown[] = []
    for (const [kind, ask] of asked) {
      const answer = view.page.waitForResponse((response) => response.url().endsWith(path))
      await view.page.evaluate(ask(path))
      answers.push([kind, (await answer).status()])
    }
    await view.page.waitForURL((url) => url.pathname === path)
    expect(answers).toEqual(asked.map(([kind]) => [kind, 403]))
    const response = await view.page.goto(stage.app.url + path)
    expect([path, response?.status(), (await response?.json())?.error.code]).toEqual([
      path,
      403,
      'cross_origin',
    ])
    await visit(view, '/')
  }
})
