import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { THEME_SCRIPT } from '@/components/theme-script'
import { contentSecurityPolicy, type PolicyOptions } from '@/lib/http/content-security-policy'

const key = (host: string, kind = 'live') => `pk_${kind}_${btoa(`${host}$`)}`

function policy(options: Partial<PolicyOptions> = {}) {
  const text = contentSecurityPolicy({ nonce: 'N', publishableKey: key('clerk.example.com'), ...options })
  return Object.fromEntries(
    text.split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ')
      return [name, sources]
    }),
  )
}

describe('the Content-Security-Policy', () => {
  test('names the script that sets the theme by its hash', () => {
    const hash = createHash('sha256').update(THEME_SCRIPT).digest('base64')
    expect(policy()['script-src']).toContain(`'sha256-${hash}'`)
  })

  test('lets an inline script run only with the nonce', () => {
    const { 'script-src': script } = policy()
    expect(script).toContain("'nonce-N'")
    expect(script).not.toContain("'unsafe-inline'")
    expect(script).not.toContain("'unsafe-eval'")
    expect(script).not.toContain('https:')
  })

  test.each([
    [key('clerk.example.com'), ['https://clerk.example.com', 'https://accounts.example.com']],
    [
      key('fit-cat-7.clerk.accounts.dev', 'test'),
      ['https://fit-cat-7.clerk.accounts.dev', 'https://fit-cat-7.accounts.dev'],
    ],
  ])('names the hosts of the instance in %s', (publishableKey, hosts) => {
    for (const name of ['script-src', 'connect-src', 'img-src', 'form-action'])
      expect(policy({ publishableKey })[name]).toEqual(expect.arrayContaining(hosts))
  })

  test.each([
    undefined,
    '',
    'pk_live_',
    'pk_live_%%%',
    'nonsense',
    key("x.example; script-src 'unsafe-inline'"),
    key('*'),
  ])('takes no host from the key %j', (publishableKey) => {
    const { 'form-action': forms, 'script-src': script } = policy({ publishableKey })
    expect(forms).toEqual(["'self'"])
    expect(script).not.toContain("'unsafe-inline'")
  })

  test('names the address of a proxy in front of Clerk, but not of a path or of nonsense', () => {
    const clerkAddresses = [
      'https://app.example.com/__clerk',
      '/sign-in',
      'https://',
      undefined,
      'javascript:alert(1)',
    ]
    const added = policy({ publishableKey: undefined, clerkAddresses })['form-action']
    expect(added).toEqual(["'self'", 'https://app.example.com'])
  })

  test('allows what `next dev` needs only there', () => {
    expect(policy({ development: true })['script-src']).toContain("'unsafe-eval'")
    expect(policy({ development: true })['connect-src']).toContain('ws:')
    expect(policy()['connect-src']).not.toContain('ws:')
  })

  test('contains what next.config.mjs sends with everything, so that two policies allow no less than one', () => {
    const [, everywhere = ''] = /const policy = "([^"]+)"/.exec(readFileSync('next.config.mjs', 'utf8')) ?? []
    expect(everywhere).toContain("frame-ancestors 'none'")
    const all = contentSecurityPolicy({ nonce: 'N', publishableKey: undefined }).split('; ')
    expect(all).toEqual(expect.arrayContaining(everywhere.split('; ')))
  })
})
