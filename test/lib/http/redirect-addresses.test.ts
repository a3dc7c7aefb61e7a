import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withoutHandshake, withUsableRedirects } from '@/lib/http/redirect-addresses'

const address = (query: string) => new URL(`https://app.example/sign-in${query}`)
const usable = (address: URL) => withUsableRedirects(address, ['www.app.example'])
const result = (query: string) => usable(address(query))?.href

test.each([
  '',
  '?redirect_url=%2Fcalendar',
  '?redirect_url=https%3A%2F%2Fapp.example%2Fcalendar',
  // Clerk refuses other origins by itself.
  '?redirect_url=https%3A%2F%2Fevil.example%2F',
  '?other=http%3A%2F%2Fa%3Ab',
  '?redirect_url=%2Fapis',
  '?redirect_url=https%3A%2F%2Fother.example%2Fapi%2Fx',
])('%s stays as it is', (query) => expect(result(query)).toBeUndefined())

test.each([
  ['?redirect_url=http://localhost:5300%252eevil.example', ''],
  ['?redirect_url=http://localhost:5300%2eevil.example', ''],
  ['?redirect_url=http%3A%2F%2F%5B', ''],
  [
    '?a=1&redirect_url=http://a:b&sign_in_force_redirect_url=%2Fprofile',
    '?a=1&sign_in_force_redirect_url=%2Fprofile',
  ],
  ['?redirect_url=%2Fprofile&redirect_url=http://a:b', ''],
  ['?sign_in_force_redirect_url=%25', ''],
  // No page: another site would make the browser send the request as this one does.
  ['?redirect_url=%2Fapi%2Fadmin%2Fdashboard%2Fexport%3Flist%3Daudit', ''],
  ['?a=1&after_sign_in_url=https://app.example/%2561pi/../api/x', '?a=1'],
  ['?redirect_url=%2F%2561pi%2Fx', ''],
  ['?redirect_url=', ''],
  ['?redirect_url=%2Fsign-in%2Ffactor-one%3Fredirect_url%3D%252Fapi%252Fx', ''],
  ['?after_sign_up_url=https://app.example/sign%252Dup', ''],
  // The address that is open is not the one that Next listens on.
  ['?redirect_url=https://www.app.example/api/x', ''],
])('%s becomes an address that leads to a page', (query, readable) => {
  const found = result(query)
  expect(found).toBe(address(readable).href)
  expect(usable(new URL(found ?? ''))).toBeUndefined()
})

test.each([
  'redirect_url',
  ...['in', 'up'].flatMap((way) => [
    `sign_${way}_force_redirect_url`,
    `sign_${way}_fallback_redirect_url`,
    `after_sign_${way}_url`,
  ]),
])('%s is one of them', (name) => expect(result(`?${name}=http://a:b`)).toBe(address('').href))

test.each([
  ['/profile?__clerk_handshake_nonce=made', '/profile'],
  ['https://app.example/profile?a=1&__clerk_handshake=a.b.c&__clerk_hs_reason=x#top', '/profile?a=1#top'],
  ['https://www.app.example/profile?__clerk_help', '/profile'],
  ['https://app.example//evil.test/x?__clerk_help=1', '/evil.test/x'],
  ['https://app.example/\\evil.test/x?__clerk_help=1', '/evil.test/x'],
  ['/.//evil.test/x?__clerk_help=1', '/evil.test/x'],
  ['https://blog.example/a?b=1&__clerk_handshake_nonce=made', 'https://blog.example/a?b=1'],
])('a redirect to %s leads there without the end of a handshake', (target, plain) => {
  const found = usable(address(`?redirect_url=${encodeURIComponent(target)}&b=2`))
  expect([...(found?.searchParams ?? [])]).toEqual([
    ['redirect_url', plain],
    ['b', '2'],
  ])
  expect(usable(new URL(found ?? ''))).toBeUndefined()
})

test('a page without Clerk’s components, and Clerk’s own paths, keep what they have', () => {
  for (const path of ['/experts', '/__clerk/v1/client/handshake', '/sign-in-help'])
    expect(usable(new URL(`https://app.example${path}?redirect_url=%2Fapi%2Fx`))).toBeUndefined()
})

test('an address for another app of the instance keeps what Clerk needs there', () => {
  const target = 'https://satellite.example/?__clerk_synced=false&__clerk_db_jwt=x'
  expect(result(`?redirect_url=${encodeURIComponent(target)}`)).toBeUndefined()
})

test('an invitation keeps what Clerk has put into its address', () => {
  const invitation = '/organizations?__clerk_ticket=t&__clerk_status=sign_in'
  expect(result(`?redirect_url=${encodeURIComponent(invitation)}`)).toBeUndefined()
  const kept = withoutHandshake(new URL(`${invitation}&__clerk_handshake_nonce=n`, address('')))
  expect(kept.pathname + kept.search).toBe(invitation)
})

test('whatever an address has in its query, what becomes of it needs no second change', () => {
  const names = fc.constantFrom('redirect_url', 'after_sign_in_url', 'a', '__clerk_handshake_nonce')
  const values = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.webUrl({ withQueryParameters: true }),
    fc.constantFrom('/x?__clerk_handshake=1&__clerk_ticket=2', '//b?a=%zz&__clerk_help', 'x:y?__clerk_a#b'),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(names, values)), (query) => {
      const given = new URL(`https://app.example/sign-in?${new URLSearchParams(query)}`)
      const changed = usable(given)
      if (changed) expect(usable(changed)).toBeUndefined()
    }),
  )
})
