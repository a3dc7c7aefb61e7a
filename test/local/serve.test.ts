import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { registryItem } from '../../docs/registry/registry'
import { SERVE_PORT } from '../support/ports'

const root = join(import.meta.dirname, '../..')
const tsx = createRequire(import.meta.url).resolve('tsx')
const folder = mkdtempSync(join(tmpdir(), 'stand-ins-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The part in an app that has its packages, without clerk-js and without `"type": "module"`. */
beforeAll(() => {
  const { files, dependencies, devDependencies } = registryItem('stand-ins')
  for (const { target, content } of files) {
    mkdirSync(dirname(join(folder, target)), { recursive: true })
    writeFileSync(join(folder, target), content)
  }
  writeFileSync(join(folder, 'package.json'), '{}')
  for (const dependency of [...dependencies, ...devDependencies]) {
    const name = dependency.replace(/@\^.*$/, '')
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
  }
})

/** `npx tsx lib/clerk-cache/local/serve.ts …` in that app. */
function serve(...args: string[]) {
  const child = spawn(process.execPath, ['--import', tsx, 'lib/clerk-cache/local/serve.ts', ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed.err += text
  })
  const ended = once(child, 'exit').then(([code, signal]) => code ?? signal)
  return { child, printed, ended }
}

test('serves an app that took the part, on the ports after its own, until Ctrl-C', async () => {
  const { child, printed, ended } = serve('--port', String(SERVE_PORT), '--webhook-path', '/hooks')
  await Promise.race([expect.poll(() => printed.err).toContain('Ctrl-C stops everything'), ended])
  const env = parseEnv(printed.out)
  expect(env).toMatchObject({
    CLERK_API_URL: `http://localhost:${SERVE_PORT + 1}`,
    UPSTASH_REDIS_REST_URL: `http://127.0.0.1:${SERVE_PORT + 2}`,
    GOOGLE_API_BASE_URL: `http://localhost:${SERVE_PORT + 3}`,
    CLERK_JWT_KEY: expect.stringContaining('-----BEGIN PUBLIC KEY-----\n'),
  })
  const users = await fetch(`${env.CLERK_API_URL}/v1/users`, {
    headers: { authorization: `Bearer ${env.CLERK_SECRET_KEY}` },
  })
  expect(users.status).toBe(200)
  const script = await (await fetch(env.NEXT_PUBLIC_CLERK_JS_URL ?? '')).text()
  expect(() => Function(script)()).toThrow('Install it: npm install --save-dev @clerk/clerk-js')
  child.kill('SIGINT')
  expect(await ended).toBe(0)
})

test('says what is wrong with a port', async () => {
  const { printed, ended } = serve('--port', 'http')
  expect(await ended).toBe(1)
  expect(printed.err).toContain('--port must be a number from 1 to 65531')
  expect(printed.out).toBe('')
})
