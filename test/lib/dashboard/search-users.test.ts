import { expect, test } from 'vitest'
import { searchUsers } from '@/lib/dashboard/search-users'
import { useServices } from '../../support/services'

const services = useServices()

test('who has the text in the name comes before those who have it only in an address, also if they have no name', async () => {
  const { clerk } = services
  const of = (email: string, more: object = {}) =>
    clerk.createUser({ emails: [email], firstName: null, lastName: null, username: null, ...more }).id
  const named = of('first@example.com', { firstName: 'Nuria', lastName: 'Sol' })
  const unnamed = of('manuel@example.com')
  const found = (await searchUsers('nu')).map(({ id }) => id)
  expect(found.filter((id) => [named, unnamed].includes(id))).toEqual([named, unnamed])
})
