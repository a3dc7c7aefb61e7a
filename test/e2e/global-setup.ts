import { buildApp } from '../support/app'
import { unpackBrowser } from '../support/browser'
import { COPIES_OF_WORKERS } from '../support/ports'

export default async function setUp(): Promise<void> {
  await unpackBrowser()
  await buildApp(COPIES_OF_WORKERS)
}
