import { join } from 'node:path'
import { buildOnce } from './build-once'
import { buildNext, startNext } from './next'

const root = join(import.meta.dirname, '../..')
const fixture = join(root, 'test/fixtures/lookup-app')

/**
 * `next build` of `test/fixtures/lookup-app`, once. Returns what `measured` gave after the build, which is kept with
 * it.
 */
export const buildFixture = (
  env: Record<string, string> & { FIXTURE_DIST_DIR: string; FIXTURE_CACHE_COMPONENTS: string },
  measured: () => object,
) =>
  buildOnce({
    into: join(fixture, env.FIXTURE_DIST_DIR),
    from: [root, fixture],
    // The addresses of the others count when it runs.
    settings: { cacheComponents: env.FIXTURE_CACHE_COMPONENTS },
    build: async () => {
      await buildNext(env, fixture)
      return measured()
    },
  })

const unescaped = (html: string) =>
  html.replaceAll('&quot;', '"').replaceAll('&#x27;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&')

const attributeOf = (element: string, name: string) =>
  unescaped(new RegExp(`${name}="([^"]*)"`).exec(element)?.[1] ?? '')

/** What the page shows in its `<output>` elements. */
async function outputsOf(response: Response): Promise<unknown[]> {
  const html = await response.text()
  if (!response.ok) throw new Error(`${response.status} from ${response.url}: ${html.slice(0, 500)}`)
  const shown = [...html.matchAll(/<output>(.*?)<\/output>/gs)].map(([, text = '']) => unescaped(text))
  return shown.filter((text) => text !== '').map((text): unknown => JSON.parse(text))
}

/**
 * `next start` of the fixture as last built with the same environment, or of another app that has its pages `/run` and
 * `/actions` and its route `/api/run`; resolves when it listens.
 */
export async function startFixture(port: number, env: Record<string, string>, folder = fixture) {
  const { child, text, lines, stop } = await startNext(port, env, folder)
  if (child.exitCode !== null) throw new Error(`next start of the fixture ended:\n${text()}`)
  const url = `http://localhost:${port}`
  const query = (scenario: string, id: string) => new URLSearchParams({ scenario, id })

  const show = async (path: string) => outputsOf(await fetch(url + path))

  return {
    /** The outputs of a page. */
    show,
    /** Whether the page was made for this request, or kept: Next's own header. */
    kept: async (path: string) => (await fetch(url + path)).headers.get('x-nextjs-cache'),
    /** Runs a scenario of the fixture while a page renders. */
    page: async (scenario: string, id: string) => (await show(`/run?${query(scenario, id)}`))[0],
    /** Runs it in a route handler. */
    async route(scenario: string, id: string): Promise<unknown> {
      const response = await fetch(`${url}/api/run?${query(scenario, id)}`)
      const body = await response.text()
      if (!response.ok) throw new Error(`The route answered ${response.status}: ${body}`)
      return JSON.parse(body)
    },
    /** Runs it in a server action, by sending the form as a browser without scripts would. */
    async action(scenario: string, id: string): Promise<unknown> {
      const html = await (await fetch(`${url}/actions`)).text()
      const form = new FormData()
      for (const [input] of html.matchAll(/<input type="hidden"[^>]*>/g))
        form.set(attributeOf(input, 'name'), attributeOf(input, 'value'))
      form.set('scenario', scenario)
      form.set('id', id)
      const headers = { origin: url }
      return (await outputsOf(await fetch(`${url}/actions`, { method: 'POST', body: form, headers })))[0]
    },
    /** What the server printed that is not Next's own. */
    said: lines,
    stop,
  }
}

export type FixtureApp = Awaited<ReturnType<typeof startFixture>>
