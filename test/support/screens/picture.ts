import type { Browser, Page } from 'playwright-core'
import type { Stage } from '../app'
import { openView, type View } from '../browser'
import { overflowOf, takePictures } from '../pictures'
import type { Screen } from './screen'

/** Signs people in once, whatever is broken afterwards, and opens screens. */
export function createCamera(browser: Browser, stage: Stage) {
  const cookiesOf = new Map<string, Awaited<ReturnType<View['context']['cookies']>>>()

  async function signIn({ context }: View, user: string) {
    const known = cookiesOf.get(user)
    if (known) return context.addCookies(known)
    const { cookies } = await stage.standIns.clerk.issueSession(user)
    const entries = Object.entries(cookies)
    return context.addCookies(entries.map(([name, value]) => ({ name, value, url: stage.app.url })))
  }

  async function use<T>(screen: Screen, look: (view: View) => Promise<T>): Promise<T> {
    const view = await openView(browser)
    view.page.setDefaultTimeout(30_000)
    try {
      if (screen.as) await signIn(view, screen.as)
      await openScreen(view, stage, screen)
      return await look(view)
    } finally {
      // Session tokens are renewed as time passes.
      if (screen.as) cookiesOf.set(screen.as, await view.context.cookies())
      await view.context.close()
    }
  }

  return {
    /** Opens a screen, until all that follows from it is over. */
    async visit(screen: Screen) {
      // A sign-in changes the user, and the webhook about it removes the user from the cache.
      for (let i = 0; i < 2; i++) {
        await use(screen, async () => {})
        await stage.standIns.clerk.webhooks.flush()
      }
    },

    /** Opens a screen once, prints what does not fit, and takes pictures of it. One that is loading is opened for each. */
    async photograph(screen: Screen, options: PictureOptions): Promise<string[]> {
      if (!screen.early) return use(screen, ({ page }) => shoot(page, screen, options))
      const files: string[] = []
      for (const width of options.widths)
        for (const scheme of options.schemes)
          files.push(...(await shootLoading(screen, { ...options, widths: [width], schemes: [scheme] })))
      return files
    },
  }

  /** A read that began with an earlier picture may end during this one. The next read begins with the page. */
  async function shootLoading(screen: Screen, options: PictureOptions, tries = 4): Promise<string[]> {
    const { files, ended } = await use(screen, async ({ page }) => ({
      files: await shoot(page, screen, options),
      ended: await page.getByText(ENDED).count(),
    }))
    if (ended === 0) return files
    if (tries === 1) throw new Error('What is loading ended before the picture was taken')
    return shootLoading(screen, options, tries - 1)
  }
}

interface PictureOptions {
  widths: readonly number[]
  schemes: readonly ('light' | 'dark')[]
  folder: string
}

/** What a page says once it no longer waits for an answer. */
const ENDED = /took too long|is not responding/

async function shoot(page: Page, { name, large }: Screen, options: PictureOptions): Promise<string[]> {
  const least = large ? 640 : 0
  for (const width of options.widths) {
    await page.setViewportSize({ width: Math.max(least, width), height: 900 })
    const over = await overflowOf(page)
    if (over !== 0) console.log(`${name} at ${width} px: ${over} px too wide`)
  }
  return takePictures(page, { ...options, name, least })
}

/** Opens a page, brings it into its state, and waits for everything to be there. */
export async function openScreen({ page, settled }: View, { app }: Pick<Stage, 'app'>, screen: Screen) {
  const { path, before, act, large, early } = screen
  if (large)
    await page.addInitScript(
      `addEventListener('DOMContentLoaded', () => { document.documentElement.style.fontSize = '200%' })`,
    )
  await before?.(page)
  const answer = await page.goto(app.url + path, { waitUntil: early ? 'commit' : 'load' })
  if ((answer?.status() ?? 0) >= 500) throw new Error(`The app answered ${answer?.status()}`)
  if (early) {
    await page.locator('[data-loading]').first().waitFor()
    await act?.(page)
    return
  }
  await page.waitForFunction(() => !document.querySelector('[aria-label^="Loading"]'))
  await settled()
  await act?.(page)
  if (act) {
    await settled()
    // The header stays at the top of the window, which a picture of the whole page shows where that is.
    await page.evaluate('scrollTo(0, 0)')
  }
}
