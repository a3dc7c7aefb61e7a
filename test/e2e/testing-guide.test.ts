import chromium from '@sparticuz/chromium'
import { prepareBuild } from '../support/app'
import { E2E_COPY, E2E_PORT } from '../support/ports'

// The example of docs/testing.md, with the build, the ports and the browser of these tests.
await prepareBuild()
process.env.APP_PORT = String(E2E_PORT)
process.env.NEXT_DIST_DIR = E2E_COPY
process.env.CHROME_PATH ??= await chromium.executablePath()
await import('../../docs/examples/testing/browser.test')
