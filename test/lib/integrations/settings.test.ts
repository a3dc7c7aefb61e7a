import fc from 'fast-check'
import { expect, test } from 'vitest'
import { providerSettings } from '@/lib/integrations/settings'

const problemsOf = (value: string) => providerSettings.problems({ PROVIDER_API_URLS: value })
const read = (value: string) => providerSettings.shape.PROVIDER_API_URLS.parse(value)

test('addresses of providers are read by ID, without a slash at the end', () => {
  expect(read(' github = https://github.example.com/api/v3/ , slack=http://localhost:3004/slack')).toEqual(
    new Map([
      ['github', 'https://github.example.com/api/v3'],
      ['slack', 'http://localhost:3004/slack'],
    ]),
  )
})

test.each([
  ...[
    'github',
    'github=',
    '=https://a.example',
    'github=a.example',
    'github=http://api.github.com',
    'a=https://b.c,',
  ],
  ...['git hub=https://a.example', 'github=ftp://a.example', 'https://a.example'],
])('%s is malformed, because a token is sent there', (value) => {
  expect(problemsOf(value)).toHaveLength(1)
})

test('whatever the value is, it is malformed or has only addresses that may get tokens', () => {
  const part = fc.constantFrom(
    'github',
    'slack',
    '=',
    ',',
    'https://',
    'http://',
    'a.example',
    '10.0.0.1',
    ' ',
    '/x',
  )
  fc.assert(
    fc.property(
      fc.array(part).map((parts) => parts.join('')),
      (value) => {
        const result = providerSettings.shape.PROVIDER_API_URLS.safeParse(value)
        if (!result.success) return
        for (const [id, address] of result.data) {
          expect(id).toMatch(/^\w+$/)
          // Plain http only to a private address, or to a name without a dot. `http:///x` is `http://x/`.
          expect(new URL(address).href).toMatch(/^https:\/\/|^http:\/\/(10\.0\.0\.1|[^./]+)(\/|$)/)
        }
      },
    ),
    { numRuns: 1000 },
  )
})
