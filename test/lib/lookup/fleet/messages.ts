import { z } from 'zod'

/** The settings of a worker, as JSON in its first argument. */
export const settings = z.object({
  url: z.string(),
  token: z.string(),
  upstream: z.string(),
  keys: z.array(z.string()),
  callers: z.number(),
})
export type Settings = z.infer<typeof settings>

export const order = z.discriminatedUnion('do', [
  z.object({ do: z.literal('read') }),
  z.object({ do: z.literal('invalidate'), id: z.number(), key: z.string() }),
  z.object({ do: z.literal('report') }),
])
export type Order = z.infer<typeof order>

/** A moment on the clock that all processes of a machine share, in milliseconds. */
export const moment = () => Number(process.hrtime.bigint()) / 1e6

const read = z.object({ key: z.string(), begun: z.number(), version: z.number() })
export const reply = z.discriminatedUnion('did', [
  z.object({ did: z.literal('start') }),
  z.object({ did: z.literal('invalidate'), id: z.number(), at: z.number() }),
  z.object({
    did: z.literal('report'),
    reads: z.array(read),
    /** The leases of this process: key and generation. */
    leases: z.array(z.object({ key: z.string(), generation: z.string() })),
    /** Reads that went past Redis. */
    uncached: z.number(),
    errors: z.array(z.string()),
  }),
])
export type Reply = z.infer<typeof reply>
export type Report = Extract<Reply, { did: 'report' }>
export type Read = z.infer<typeof read>
