import { randomBytes } from 'node:crypto'
import { test } from 'vitest'
import { useBrowser, useStage } from '../support/stage'

const stage = useStage()
const browser = useBrowser(stage)

test('a browser that was signed in before everything was restarted is asked to sign in again', async () => {
  const view = await browser.open()
  const { page } = view
  await page.goto(`${stage.app.url}/calendar`)
  await page.getByRole('button', { name: 'Mia Moreau' }).click()
  await page.getByRole('main').getByText('Quarterly planning').waitFor()
  await view.settled()

  // Away from the app, whose clerk-js would write its cookie anew.
  await page.goto('about:blank')
  await stage.restart()
  // The stand-in's keys live as long as its process, which is this one: after a real restart they are others.
  for (const cookie of await view.context.cookies(stage.app.url)) {
    if (!cookie.name.startsWith('__session')) continue
    const [header, payload] = cookie.value.split('.')
    const signature = randomBytes(256).toString('base64url')
    await view.context.addCookies([{ ...cookie, value: `${header}.${payload}.${signature}` }])
  }

  await page.goto(`${stage.app.url}/experts`)
  await page.getByRole('banner').getByRole('button', { name: 'Sign in' }).waitFor()
  await view.settled()
  await page.goto(`${stage.app.url}/calendar`)
  await page.getByRole('button', { name: 'Mia Moreau' }).click()
  await page.getByRole('main').getByText('Quarterly planning').waitFor()
  await view.settled()
})
