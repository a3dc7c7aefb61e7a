import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { people } from '../../local/seed'
import { type Stage, startStage } from './app'
import { launchBrowser, openView, type View } from './browser'
import type { Environment } from './next'

/** Size and color scheme of a view. */
export type Look = NonNullable<Parameters<typeof openView>[1]>

/** What a test file calls a stage: always the one that runs. */
export type UsedStage = Pick<Stage, 'app' | 'standIns'> & {
  /** Ends everything and starts it again, with other settings if there are any. */
  restart(overrides?: Environment): Promise<void>
  /** Ends everything. For a test that starts an app of its own. */
  close(): Promise<void>
}

/** The app and its stand-ins, from before the first test of a file until after the last. */
export function useStage(overrides: Environment = {}): UsedStage {
  let stage: Stage | undefined
  const running = () => {
    if (!stage) throw new Error('The stage is not there: useStage() starts it before the first test')
    return stage
  }
  const close = async () => {
    await stage?.close()
    stage = undefined
  }
  beforeAll(async () => {
    stage = await startStage(overrides)
  })
  afterAll(close)
  return {
    get app() {
      return running().app
    },
    get standIns() {
      return running().standIns
    },
    async restart(others = overrides) {
      await close()
      stage = await startStage(others)
    },
    close,
  }
}

/**
 * A browser for the tests of a file. After each test its views are closed. A test fails if anything went wrong in a
 * view (console errors and warnings, failed requests) or the server printed anything; `trouble: true` and
 * `output: true` expect that.
 */
export function useBrowser(stage: UsedStage, expected: { trouble?: boolean; output?: boolean } = {}) {
  let browser: Browser | undefined
  let views: View[] = []
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())
  afterEach(async () => {
    const opened = views
    views = []
    for (const { context, trouble, settled } of opened) {
      if (!expected.trouble) await settled()
      await context.close()
      if (!expected.trouble) expect(trouble, 'console errors, warnings and failed requests').toEqual([])
    }
    if (!expected.output) expect(stage.app.output(), 'what the server printed').toEqual([])
  })

  async function open(look: Look = {}): Promise<View> {
    if (!browser) throw new Error('The browser is not there: useBrowser() starts it before the first test')
    const view = await openView(browser, look)
    views.push(view)
    return view
  }
  return {
    /** A fresh browser profile without a signed-in user. */
    open,
    /** A fresh profile in which this user is signed in, by default an admin. */
    async openAs(user: string = people.admin, look: Look = {}): Promise<View> {
      const view = await open(look)
      const { cookies } = await stage.standIns.clerk.issueSession(user)
      await stage.standIns.clerk.webhooks.flush()
      await view.context.addCookies(
        Object.entries(cookies).map(([name, value]) => ({ name, value, url: stage.app.url })),
      )
      return view
    },
  }
}
