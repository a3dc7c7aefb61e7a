import { expect, test } from 'vitest'
import { checks } from '@/lib/ops/doctor-checks'
import { useServices } from '../../support/services'

useServices({ env: { APP_ORIGINS: undefined } })

test('without APP_ORIGINS the doctor warns that session tokens of other apps are accepted, and says what to set', async () => {
  const found = await checks.find(({ name }) => name === 'origins')?.check()
  expect(found).toMatchObject({
    ...{ state: 'warn', result: 'APP_ORIGINS is not set' },
    fix: expect.stringMatching(/^Set it to the origins of this app.*other apps of the instance/),
  })
})
