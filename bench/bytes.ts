import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'esbuild'
import { folder, url } from './next-app'
import type { Figure, Section } from './report'

const KB = 1000

/** Bytes of the scripts that a page loads in a browser. */
async function clientBytes(page: string): Promise<number> {
  const html = await (await fetch(`${url}/${page}?page=0`)).text()
  const scripts = new Set([...html.matchAll(/_next\/static\/[^"\\]+\.js/g)].map(([path]) => path))
  const sizes = [...scripts].map(
    async (path) => (await (await fetch(`${url}/${path}`)).arrayBuffer()).byteLength,
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

/** Bytes of all files that a server needs for a page, as Next's own trace lists them for a serverless function. */
async function serverBytes(page: string): Promise<number> {
  const file = join(folder, '.next/server/app', page, 'page.js.nft.json')
  const { files }: { files: string[] } = JSON.parse(await readFile(file, 'utf8'))
  const sizes = files
    .filter((path) => /\.(c|m)?js$/.test(path))
    .map(async (path) => (await stat(join(file, '..', path)).catch(() => ({ size: 0 }))).size)
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

/** Bytes of a middleware as one minified file, without what Next brings itself. */
async function middlewareBytes(source: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: join(folder, '../..'), loader: 'ts' },
    ...{ bundle: true, minify: true, write: false, format: 'esm', platform: 'neutral' },
    ...{ mainFields: ['module', 'main'], conditions: ['edge-light', 'import'] },
    external: ['next/*', 'node:*', 'react', 'crypto', '#*'],
    logLevel: 'error',
  })
  return outputFiles[0]?.contents.byteLength ?? 0
}

/** What the kit adds to an app. The app must be running. */
export async function bytes(): Promise<Section> {
  const client = (await clientBytes('kit-redis')) - (await clientBytes('empty'))
  const server = {
    empty: await serverBytes('empty'),
    bare: await serverBytes('bare-get'),
    kit: await serverBytes('kit-redis'),
  }
  const middleware =
    (await middlewareBytes("export { default, config } from './middleware'")) -
    (await middlewareBytes(
      "import { clerkMiddleware } from '@clerk/nextjs/server'\nexport default clerkMiddleware()",
    ))
  const figure = (name: string, value: number): Figure => ({ name, measured: value / KB, unit: 'kB' })
  return {
    title: 'Bytes that the kit adds',
    note: 'To the scripts of a page in the browser, to a middleware that only calls `clerkMiddleware()` (bundled and minified, before compression), and to the JavaScript files that a serverless function of the page needs.',
    figures: [
      { ...figure('client bundle', client), required: { exactly: 0 } },
      figure('middleware', middleware),
      figure('server files, compared with a page without a cache', server.kit - server.empty),
      figure('server files of a cache() over a bare GET, compared with the same', server.bare - server.empty),
    ],
  }
}
