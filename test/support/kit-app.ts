import { join } from 'node:path'
import { buildOnce } from './build-once'
import { buildNext, type Environment, startNext } from './next'

const root = join(import.meta.dirname, '../..')
const folder = join(root, 'test/fixtures/kit-app')

/** For the hook that builds: it only ends what hangs, on a machine that may be busy. Milliseconds. */
export const BUILD_TIMEOUT = 1_200_000

/** The build that the test files share. */
export const KIT_BUILD = '.next-kit'

/** `next build` of `test/fixtures/kit-app` into a folder, once. `broken`: its reads do not check tag versions. */
export const buildKitApp = (build: string, { broken = false } = {}) =>
  buildOnce({
    ...{ into: join(folder, build), from: [root, folder], settings: { broken } },
    build: () => buildNext({ FIXTURE_DIST_DIR: build, FIXTURE_BROKEN: broken ? 'on' : 'off' }, folder),
  })

export type KitAnswer = { ok: true; value: unknown } | { ok: false; code: string }

/** `next start` of that build: one server of a fleet. */
export async function startKitApp(build: string, port: number, env: Environment) {
  const settings = { ...env, FIXTURE_DIST_DIR: build, NEXT_MANUAL_SIG_HANDLE: 'true' }
  const { child, text, stop } = await startNext(port, settings, folder)
  if (child.exitCode !== null) throw new Error(`next start of the kit app ended:\n${text()}`)
  const url = `http://localhost:${port}`
  return {
    url,
    /** Runs an operation of the fixture, and returns its result or the code of its error. */
    async run(operation: string, given: object = {}): Promise<KitAnswer> {
      const response = await fetch(`${url}/api/run/${operation}`, {
        method: 'POST',
        body: JSON.stringify(given),
      })
      const body = await response.json()
      return response.ok ? { ok: true, value: body } : { ok: false, code: String(body.error) }
    },
    text,
    stop,
  }
}

export type KitApp = Awaited<ReturnType<typeof startKitApp>>
