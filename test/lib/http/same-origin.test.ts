import { describe, expect, test } from 'vitest'
import { isSameOrigin } from '@/lib/http/same-origin'

const request = (headers: Record<string, string>) =>
  new Request('https://app.example.com/api/calendar/token', {
    headers: { host: 'app.example.com', ...headers },
  })

describe('isSameOrigin', () => {
  test.each([
    ['the site’s own page', { 'sec-fetch-site': 'same-origin' }],
    ['a fetch of the site’s own page', { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'empty' }],
    ['an older browser on the site’s own page', { origin: 'https://app.example.com' }],
    ['a client that is not a browser', {}],
  ])('lets %s in', (_, headers) => {
    expect(isSameOrigin(request(headers))).toBe(true)
  })

  test.each([
    ['the address bar', { 'sec-fetch-site': 'none', 'sec-fetch-dest': 'document' }],
    ['a link on the site’s own page', { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'document' }],
    ['a frame in the site’s own page', { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'iframe' }],
    ['an image in the site’s own page', { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'image' }],
    ['a script in the site’s own page', { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'script' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling domain', { 'sec-fetch-site': 'same-site' }],
    ['an older browser on another site', { origin: 'https://evil.example' }],
    ['a sandboxed frame', { origin: 'null' }],
    [
      'another site that claims an origin',
      { 'sec-fetch-site': 'cross-site', origin: 'https://app.example.com' },
    ],
  ])('keeps %s out', (_, headers) => {
    expect(isSameOrigin(request(headers))).toBe(false)
  })
})
