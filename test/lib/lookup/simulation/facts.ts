/** The two keys of every lookup, and the two names that move between them. */
export const ids = ['a', 'b'] as const
export type Id = (typeof ids)[number]
export const names = ['ada', 'bob'] as const
export type Name = (typeof names)[number]

export type LookupName = 'user' | 'card' | 'token' | 'note'

/** `name` is the alias; its loads return user IDs. */
export type Asked = LookupName | 'name'

/** A value of any of the lookups. */
export interface Fact {
  id: string
  /** `#n#`: the number of the load that returned it. */
  stamp: string
  name: string
  /** The version of the declaration whose loader made it. */
  shape: number
  expiresAt: number | null
  inner: { list: number[] }
}

/** The number of the load, found in whatever text the value has become. */
export const stampOf = (text: string): number | undefined => {
  const found = /#(\d+)#/.exec(text)
  return found ? Number(found[1]) : undefined
}

/** What a value must look like when a read returns it. */
export const canonical = ({ id, stamp, name, shape, expiresAt, inner }: Fact) =>
  JSON.stringify({ id, stamp, name, shape, expiresAt, inner })

/** Seconds. They are short, so that few steps reach every expiry. */
export const lifetimes = {
  user: { ttl: 20, grace: 10, processTtl: 0, negativeTtl: 5, expiryBuffer: 0 },
  card: { ttl: 20, grace: 0, processTtl: 4, negativeTtl: 5, expiryBuffer: 0 },
  token: { ttl: 15, grace: 0, processTtl: 0, negativeTtl: 5, expiryBuffer: 3 },
  note: { ttl: 20, grace: 0, processTtl: 0, negativeTtl: 5, expiryBuffer: 0 },
} as const
export const timeoutMs = 2000
export const leaseMs = 3000

export const tagsOf: Record<Asked, (key: string) => string[]> = {
  user: (id) => [`user:${id}`],
  card: (id) => [`user:${id}`, 'group'],
  token: (id) => [`token:${id}`],
  note: () => ['group'],
  name: (name) => [`name:${name}`],
}
export const markerOf = (id: string) => `session:${id}`
