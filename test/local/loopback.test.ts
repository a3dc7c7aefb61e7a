import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type FaultProxy, startFaultProxy } from '../../local/fault-proxy'
import { people } from '../../local/seed'
import { type StandIns, startStandIns } from '../../local/stand-ins'

let standIns: StandIns
let proxy: FaultProxy
beforeAll(async () => {
  standIns = await startStandIns(0, { ports: { clerk: 0, upstash: 0, google: 0 }, redis: 'wasm' })
  proxy = await startFaultProxy({ target: standIns.upstash.url })
})
afterAll(() => Promise.all([proxy.close(), standIns.close()]))

type Name = 'clerk' | 'upstash' | 'google' | 'providers' | 'fault proxy'
const paths: [Name, string][] = [
  ['clerk', '/_local/users'],
  ['clerk', '/fapi/v1/environment'],
  ['clerk', `/v1/users/${people.admin}`],
  ['clerk', '/sign-in'],
  ['google', '/calendar/v3/users/me/calendarList'],
  ['providers', '/github/user'],
  ['providers', '/slack/api/auth.test'],
  ['upstash', '/_local/counts'],
  ['upstash', '/get/a'],
  // It puts its own Host header on what it forwards.
  ['fault proxy', '/get/a'],
]

async function statusOf(name: Name, path: string, host: (port: number | string) => string) {
  const port = name === 'fault proxy' ? new URL(proxy.url).port : standIns[name].port
  const headers = { host: host(port), authorization: `Bearer ${standIns.upstash.token}` }
  return new Promise<number | undefined>((resolve, reject) =>
    request({ host: '127.0.0.1', port, path, headers }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end(),
  )
}

describe('a page whose name was pointed at this machine', () => {
  test.each(paths)('is refused by the %s stand-in: %s', async (name, path) => {
    expect(await statusOf(name, path, (port) => `evil.example.com:${port}`)).toBe(403)
    expect(await statusOf(name, path, () => 'localhost.evil.example.com')).toBe(403)
    expect(await statusOf(name, path, () => '127.0.0.1.evil.example.com')).toBe(403)
  })
})

describe('this machine', () => {
  test.each(paths)('is not refused by the %s stand-in: %s', async (name, path) => {
    expect(await statusOf(name, path, (port) => `127.0.0.1:${port}`)).not.toBe(403)
    expect(await statusOf(name, path, (port) => `LOCALHOST:${port}`)).not.toBe(403)
  })
})
