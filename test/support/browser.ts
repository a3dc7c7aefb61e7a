import { existsSync } from 'node:fs'
import { mkdtemp, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import chromium from '@sparticuz/chromium'
import {
  type Browser,
  type BrowserContext,
  type Page,
  chromium as playwright,
  type Request,
} from 'playwright-core'

/** Flags of the packaged browser that would make it another browser than people use. */
const UNWANTED = new Set(['--single-process', '--no-zygote', '--disable-web-security'])

/** Pages without WebGL paint faster without a graphics processor than with a simulated one. */
const GRAPHICS = /gl=|angle|gpu|swiftshader/

const isPackaged = process.platform === 'linux' && !process.env.CHROME_PATH
const UNPACKED = join(
  dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')),
  '..',
  'unpacked',
)

/**
 * Unpacks the packaged browser, once for all workers and runs: the package does so at the first launch in each process,
 * and a file that another process is still writing cannot be started.
 */
export async function unpackBrowser(): Promise<void> {
  if (!isPackaged || existsSync(UNPACKED)) return
  const folder = await mkdtemp(`${UNPACKED}-`)
  const { TMPDIR } = process.env
  try {
    // Where the package unpacks to.
    process.env.TMPDIR = folder
    await chromium.executablePath()
    await rename(folder, UNPACKED)
  } catch (error) {
    // Another run may have been first.
    await rm(folder, { recursive: true, force: true })
    if (!existsSync(UNPACKED)) throw error
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  }
}

/** A real Chromium: the one inside @sparticuz/chromium, or where that does not run, CHROME_PATH or Chrome itself. */
export async function launchBrowser(): Promise<Browser> {
  const quiet = [
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ]
  if (process.env.CHROME_PATH)
    return playwright.launch({ executablePath: process.env.CHROME_PATH, args: ['--no-sandbox', ...quiet] })
  if (!isPackaged) return playwright.launch({ channel: 'chrome' })
  const args = chromium.args.filter((flag) => !UNWANTED.has(flag) && !GRAPHICS.test(flag))
  return playwright.launch({
    executablePath: join(UNPACKED, 'chromium'),
    args: [...args, '--disable-gpu', ...quiet],
  })
}

export type View = {
  context: BrowserContext
  page: Page
  /** Console errors and warnings, uncaught errors, failed requests and error answers: everything, unfiltered. */
  trouble: string[]
  /**
   * Resolves when nothing has been under way for a moment. A page that is left while it fetches cancels what it
   * fetches, which counts as a failed request.
   */
  settled(): Promise<void>
}

/** A fresh browser profile that writes down whatever goes wrong in it. */
export async function openView(
  browser: Browser,
  options: { width?: number; colorScheme?: 'light' | 'dark'; timezoneId?: string } = {},
): Promise<View> {
  const { width = 1280, colorScheme = 'light', timezoneId } = options
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme,
    ...(timezoneId && { timezoneId }),
    reducedMotion: 'reduce',
    // The packaged browser has the locale of the machine, which may be one that no browser of a person has.
    locale: 'en-US',
  })
  // Ends what hangs. A busy machine may be late.
  context.setDefaultTimeout(120_000)
  const page = await context.newPage()
  const trouble: string[] = []
  const underWay = new Set<Request>()
  page.on('request', (request) => {
    // A stream of events is under way for as long as its page is, and ends with it.
    if (!isStream(request)) underWay.add(request)
  })
  page.on('requestfinished', (request) => underWay.delete(request))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      trouble.push(`console ${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => trouble.push(`uncaught: ${error.message}`))
  page.on('requestfailed', async (request) => {
    if (!isStream(request) && !isLeftBehind(request) && !(await isReadEnough(request)))
      trouble.push(`failed: ${request.method()} ${request.url()} ${request.failure()?.errorText}`)
    underWay.delete(request)
  })
  page.on('response', (response) => {
    if (response.status() >= 400) trouble.push(`${response.status()}: ${response.url()}`)
  })
  const settled = async () => {
    for (let quiet = 0; quiet < 4; quiet = underWay.size === 0 ? quiet + 1 : 0) await pause(100)
  }
  return { context, page, trouble, settled }
}

/** What the router fetches ahead ends with the page that it is for. */
const isLeftBehind = (request: Request) =>
  request.failure()?.errorText === 'net::ERR_ABORTED' && new URL(request.url()).searchParams.has('_rsc')

const isStream = (request: Request) => request.resourceType() === 'eventsource'

/**
 * Next's router reads an answer only as far as it needs it and cancels the rest (fetch-server-response.js of 16.4.6),
 * which the browser reports as a failed request although the answer was good and used.
 */
async function isReadEnough(request: Request): Promise<boolean> {
  const ofRouter = new URL(request.url()).searchParams.has('_rsc') || 'next-action' in request.headers()
  if (!ofRouter || request.failure()?.errorText !== 'net::ERR_ABORTED') return false
  return (await request.response().catch(() => null))?.status() === 200
}
