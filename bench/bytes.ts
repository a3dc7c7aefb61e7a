import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
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

/** What the kit adds to an app. The app must be running. */
export async function bytes(): Promise<Section> {
  const client = (await clientBytes('kit-redis')) - (await clientBytes('empty'))
  const server = {
    empty: await serverBytes('empty'),
    bare: await serverBytes('bare-get'),
    kit: await serverBytes('kit-redis'),
  }
  const figure = (name: string, value: number): Figure => ({ name, measured: value / KB, unit: 'kB' })
  return {
    title: 'Bytes that the kit adds',
    note: 'To the scripts of a page in the browser, and to the JavaScript files that a serverless function of the page needs.',
    figures: [
      { ...figure('client bundle', client), required: { exactly: 0 } },
      figure('server files, compared with a page without a cache', server.kit - server.empty),
      figure('server files of a cache() over a bare GET, compared with the same', server.bare - server.empty),
    ],
  }
}
