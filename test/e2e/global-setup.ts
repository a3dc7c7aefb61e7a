import { buildApp } from '../support/app'
import { unpackBrowser } from '../support/browser'

export default async function setUp(): Promise<void> {
  await unpackBrowser()
  await buildApp()
}
