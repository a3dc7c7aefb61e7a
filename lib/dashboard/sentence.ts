import type { State } from './snapshot-schema'

/** A state as a sentence that names what it is about, once: `Redis is slow, ping now 120 ms`, `Redis is not reachable`. */
export const sentenceOf = (name: 'Redis' | 'Clerk', { title }: Pick<State, 'title'>): string =>
  title.includes(name) ? title : `${name} is ${title.charAt(0).toLowerCase()}${title.slice(1)}`
