import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { missingScopes } from '@/lib/cache/tokens/scopes'
import { inclusion, namesIn } from '@/lib/integrations/inclusion'
import type { Provider } from '@/lib/integrations/providers'
import { github } from '@/lib/integrations/providers/github'
import { hubspot } from '@/lib/integrations/providers/hubspot'
import { linear } from '@/lib/integrations/providers/linear'
import { microsoft, microsoftIncludes } from '@/lib/integrations/providers/microsoft'
import { slack } from '@/lib/integrations/providers/slack'

const allows = ({ includes = () => false }: Provider, granted: string, required: string) =>
  missingScopes([granted], [required], includes).length === 0

type Row = readonly [Provider, granted: string, required: string]
const named = (rows: readonly Row[]) => rows.map((row) => [row[0].name, row[1], row[2], row[0]] as const)

test.each(
  named([
    [github, 'repo', 'public_repo'],
    [github, 'repo', 'read:repo_hook'],
    [github, 'user', 'read:user'],
    [github, 'user', 'user:email'],
    [github, 'admin:org', 'read:org'],
    [linear, 'write', 'read'],
    [linear, 'admin', 'read'],
    [linear, 'write', 'issues:create'],
    [microsoft, 'Calendars.ReadWrite', 'Calendars.Read'],
    [microsoft, 'calendars.readwrite', 'Calendars.ReadBasic'],
    [microsoft, 'https://graph.microsoft.com/Mail.Read', 'mail.read'],
    [microsoft, 'Mail.Read', 'https://graph.microsoft.com/Mail.Read'],
    [microsoft, 'Files.Read.All', 'Files.Read'],
    [microsoft, 'Mail.ReadWrite.Shared', 'Mail.Read.Shared'],
    [slack, 'chat:write', 'chat:write'],
  ]),
)('of %s: %s includes %s', (_name, granted, required, provider) => {
  expect(allows(provider, granted, required)).toBe(true)
})

test.each(
  named([
    [github, 'public_repo', 'repo'],
    [github, 'read:org', 'write:org'],
    [github, 'public_repo', 'read:repo_hook'],
    [github, 'user', 'repo'],
    [linear, 'read', 'write'],
    [linear, 'admin', 'write'],
    [linear, 'issues:create', 'comments:create'],
    [microsoft, 'Calendars.Read', 'Calendars.ReadWrite'],
    [microsoft, 'Files.Read', 'Files.Read.All'],
    [microsoft, 'Mail.Read.Shared', 'Mail.Read.All'],
    [microsoft, 'Mail.ReadWrite', 'Mail.Send'],
    [microsoft, 'Files.ReadWrite', 'Files.ReadWrite.AppFolder'],
    [microsoft, 'Calendars.ReadWrite', 'Contacts.Read'],
    [slack, 'channels:write', 'channels:read'],
    [hubspot, 'crm.objects.contacts.write', 'crm.objects.contacts.read'],
  ]),
)('of %s: %s does not include %s', (_name, granted, required, provider) => {
  expect(allows(provider, granted, required)).toBe(false)
})

describe('a table of scopes', () => {
  const scope = fc.constantFrom('a', 'b', 'c', 'd', '__proto__', 'constructor')
  const table = fc.dictionary(
    scope,
    fc.array(scope).map((names) => names.join(' ')),
  )

  test('reaches as far as each of its steps, also in a circle', () => {
    fc.assert(
      fc.property(table, scope, scope, scope, (of, a, b, c) => {
        const includes = inclusion(of)
        expect(includes(a, a)).toBe(true)
        if (includes(a, b) && includes(b, c)) expect(includes(a, c)).toBe(true)
      }),
    )
  })

  test('reaches nothing that no step names', () => {
    fc.assert(
      fc.property(table, scope, scope, (of, a, b) => {
        const named = Object.values(of).flatMap((names) => names.split(' '))
        if (a !== b && !named.includes(b)) expect(inclusion(of)(a, b)).toBe(false)
      }),
    )
  })
})

test('a list of scopes has the names that were joined, whatever is between them', () => {
  const name = fc.string({ minLength: 1, unit: fc.constantFrom(...'abz:._') })
  fc.assert(
    fc.property(fc.array(name), fc.constantFrom(' ', ',', ', ', ' , '), (names, between) => {
      expect(namesIn(names.join(between))).toEqual(names)
    }),
  )
})

describe('permissions of Microsoft', () => {
  const permission = fc
    .tuple(
      fc.constantFrom('Mail', 'Files', 'User'),
      fc.constantFrom('Read', 'ReadWrite', 'ReadBasic', 'Send'),
      fc.constantFrom('', '.All', '.Shared', '.Selected'),
      fc.constantFrom('', 'https://graph.microsoft.com/'),
    )
    .map(([resource, operation, reach, address]) => `${address}${resource}.${operation}${reach}`)

  test('never allow to write where only reading was granted', () => {
    fc.assert(
      fc.property(permission, permission, (granted, required) => {
        if (microsoftIncludes(granted, required) && !/ReadWrite/.test(granted))
          expect(required).not.toMatch(/ReadWrite/)
      }),
    )
  })

  test('reach as far as each of their steps, in any case', () => {
    fc.assert(
      fc.property(permission, permission, permission, (a, b, c) => {
        if (microsoftIncludes(a, b) && microsoftIncludes(b, c)) expect(microsoftIncludes(a, c)).toBe(true)
        expect(
          microsoftIncludes(
            a.toUpperCase().replace('HTTPS://GRAPH.MICROSOFT.COM', 'https://graph.microsoft.com'),
            b,
          ),
        ).toBe(microsoftIncludes(a, b))
      }),
    )
  })

  test('are compared without an error, whatever they are', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (granted, required) => {
        expect(typeof microsoftIncludes(granted, required)).toBe('boolean')
        expect(microsoftIncludes(granted, granted)).toBe(true)
      }),
    )
  })
})
