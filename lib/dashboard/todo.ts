import { sentenceOf } from './sentence'
import type { CacheHealth, Delivery, Todo } from './snapshot-schema'
import type { TokenHealth } from './token-health'
import { hasFailed, webhooksOf } from './webhook-rows'

/** What the verdict is made of. Undefined: it could not be read, because Redis is not responding. */
export interface Findings {
  cache: Pick<CacheHealth, 'redis' | 'clerk'>
  deliveries: readonly Delivery[] | undefined
  tokens: ReadonlyMap<string, { name: string; health: TokenHealth }> | undefined
}

const people = (count: number, one: string, many: string) =>
  `${count} ${count === 1 ? `user ${one}` : `users ${many}`}`

const ORDER: readonly Todo['tone'][] = ['bad', 'warn', 'idle']

/** What an admin should do, the worst first, and last what to know meanwhile. A user's own state is on the list, but never as a failure. */
export function todosOf({ cache, deliveries, tokens }: Findings): Todo[] {
  const todos: Todo[] = []
  const add = (tone: Todo['tone'], text: string, href: string) => todos.push({ tone, text, href })
  for (const [name, state] of [
    ['Redis', cache.redis],
    ['Clerk', cache.clerk],
  ] as const)
    if (state.tone !== 'good') add(state.tone, sentenceOf(name, state), '/dashboard/cache')
  if (cache.clerk.tone === 'bad')
    add('idle', 'Cached users still work. Those who are not cached are shown by their ID', '/dashboard/cache')
  for (const { name, health } of tokens?.values() ?? []) {
    if (health.notEnabled) add('bad', `${name} is not enabled in Clerk`, '/dashboard/integrations')
    if (health.failing.length > 0)
      add(
        'bad',
        `${name} is failing for ${people(health.failing.length, '', '').trim()}`,
        '/dashboard/integrations',
      )
    if (health.users.length > 0)
      add(
        'warn',
        `${people(health.users.length, 'has', 'have')} to reconnect ${name}`,
        '/dashboard/integrations',
      )
  }
  const failed = webhooksOf(deliveries ?? []).filter(hasFailed).length
  if (failed > 0)
    add(
      'bad',
      `${failed} ${failed === 1 ? 'webhook' : 'webhooks'} failed`,
      '/dashboard/webhooks?outcome=failed',
    )
  if (deliveries?.length === 0) add('warn', 'Webhooks are not set up', '/dashboard/webhooks')
  if (!deliveries || !tokens) add('idle', 'The other checks need Redis', '/dashboard/cache')
  return todos.sort((one, other) => ORDER.indexOf(one.tone) - ORDER.indexOf(other.tone))
}
