import { expect, test } from 'vitest'
import { withoutUnreadableRedirects } from '@/lib/http/redirect-addresses'

const address = (query: string) => new URL(`https://app.example/sign-in${query}`)
const result = (query: string) => withoutUnreadableRedirects(address(query))?.href

test.each([
  '',
  '?redirect_url=%2Fcalendar',
  '?redirect_url=https%3A%2F%2Fapp.example%2Fcalendar',
  // Clerk refuses other origins by itself.
  '?redirect_url=https%3A%2F%2Fevil.example%2F',
  '?redirect_url=',
  '?other=http%3A%2F%2Fa%3Ab',
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
])('%s becomes an address that can be read', (query, readable) => {
  const found = result(query)
  expect(found).toBe(address(readable).href)
  expect(withoutUnreadableRedirects(new URL(found ?? ''))).toBeUndefined()
})

test.each([
  'redirect_url',
  ...['in', 'up'].flatMap((way) => [
    `sign_${way}_force_redirect_url`,
    `sign_${way}_fallback_redirect_url`,
    `after_sign_${way}_url`,
  ]),
])('%s is one of them', (name) => expect(result(`?${name}=http://a:b`)).toBe(address('').href))
