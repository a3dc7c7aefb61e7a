import { copyFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { loadSettings } from '@/lib/ops/load-settings'
import { removeStandInsFile, STAND_INS_FILE, writeStandInsFile } from '../../../local/stand-ins-file'

const NAMES = ['CLERK_SECRET_KEY', 'CLERK_JWT_KEY', 'UPSTASH_REDIS_REST_URL', 'KV_REST_API_URL', 'OPS_TOKEN']
const standIns = {
  CLERK_SECRET_KEY: 'sk_live_local',
  CLERK_JWT_KEY: '-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----\n',
  UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:3002',
}
let folder: string

beforeEach(async () => {
  for (const name of NAMES) vi.stubEnv(name, undefined)
  folder = await mkdtemp(join(tmpdir(), 'settings-test-'))
  writeStandInsFile(standIns, join(folder, STAND_INS_FILE))
})

afterEach(async () => {
  for (const name of NAMES) delete process.env[name]
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

test('without any settings, commands use the stand-ins of npm run dev', () => {
  expect(loadSettings(folder)).toBe('stand-ins')
  for (const [name, value] of Object.entries(standIns)) expect(process.env[name]).toBe(value)
})

test('names without values are no settings, as in a copy of .env.example', async () => {
  const example = join(import.meta.dirname, '../../../.env.example')
  await copyFile(example, join(folder, '.env.local'))
  expect(loadSettings(folder)).toBe('stand-ins')
  for (const [name, value] of Object.entries(standIns)) expect(process.env[name]).toBe(value)
})

test('a service that is set is never mixed with the stand-ins', async () => {
  await writeFile(join(folder, '.env.local'), 'KV_REST_API_URL=https://real.upstash.example')
  expect(loadSettings(folder)).toBe('settings')
  expect(process.env.CLERK_SECRET_KEY).toBeUndefined()
})

test('the environment wins over files, and .env.local over .env', async () => {
  vi.stubEnv('CLERK_SECRET_KEY', 'sk_live_environment')
  await writeFile(join(folder, '.env.local'), 'CLERK_SECRET_KEY=sk_live_file\nOPS_TOKEN=first')
  await writeFile(join(folder, '.env'), 'OPS_TOKEN=second')
  expect(loadSettings(folder)).toBe('settings')
  expect([process.env.CLERK_SECRET_KEY, process.env.OPS_TOKEN]).toEqual(['sk_live_environment', 'first'])
})

test('the file of the stand-ins is readable by its owner only, and is removed at the end', async () => {
  const file = join(folder, STAND_INS_FILE)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  removeStandInsFile(file)
  expect(loadSettings(folder)).toBe('settings')
})
