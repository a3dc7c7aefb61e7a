import { expect, test } from 'vitest'
import { type AccessEvent, onAccess } from '@/lib/access'
import { tellRefusal } from '@/lib/refusals'

test('whoever repeats a refusal is told of twenty times a minute, and others as before', () => {
  const heard: AccessEvent[] = []
  const end = onAccess('test', (event) => heard.push(event))
  const refusal = (actor: string, outcome: string) => ({
    ...{ action: 'token.read', subject: 'nobody', target: 'google', actor, outcome },
  })
  for (let i = 0; i < 1000; i++) tellRefusal(refusal('anonymous', 'unauthenticated'))
  tellRefusal(refusal('user_1', 'cross_origin'))
  tellRefusal(refusal('anonymous', 'cross_origin'))
  end()
  expect(heard).toHaveLength(22)
})
