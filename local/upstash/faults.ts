import { z } from 'zod'

const moment = z.enum(['before', 'after'])

export const faultSchema = z.strictObject({
  /** Affects only requests with one of these commands (`set`) or paths (`/pipeline`). Default: all. */
  only: z.array(z.string()).optional(),
  /** Skips this many of them first. */
  skip: z.int().nonnegative().optional(),
  /** Milliseconds to wait before the request is executed. */
  delay: z.number().nonnegative().optional(),
  /** Milliseconds to wait between execution and reply. */
  delayReply: z.number().nonnegative().optional(),
  /** Answers with this and executes nothing. */
  answer: z
    .strictObject({ status: z.int(), body: z.string(), headers: z.record(z.string(), z.string()).optional() })
    .optional(),
  /** The named commands (without `only`: all) fail with this Redis error and are not executed. */
  error: z.string().optional(),
  /** Never answers: without executing the request, or after it. The connection stays open. */
  hang: moment.optional(),
  /** Resets the connection: before executing, after it (a lost answer), or in the middle of the answer. */
  reset: z.enum(['before', 'after', 'during']).optional(),
  /** Sends only the first half of the JSON. */
  truncate: z.boolean().optional(),
  /** Leaves out this many items at the end of a pipeline's reply. */
  short: z.int().positive().optional(),
  /** Executes the request once more, this many milliseconds after the first time. */
  repeat: z.number().nonnegative().optional(),
})

/** `before` and `after` are awaited around the execution, so tests in the same process can hold a request. */
export type Fault = z.infer<typeof faultSchema> & { before?(): unknown; after?(): unknown }

/** Faults that Upstash really produces. */
export const quotaExceeded = {
  answer: {
    status: 429,
    body: '{"error":"ERR max requests limit exceeded. Limit: 500000, Usage: 500000. See https://upstash.com/docs/redis/troubleshooting/max_requests_limit for details"}',
  },
} satisfies Fault
export const badGateway = {
  answer: {
    status: 502,
    body: '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
    headers: { 'content-type': 'text/html' },
  },
} satisfies Fault
export const wrongPass: Fault = {
  answer: { status: 401, body: '{"error":"WRONGPASS invalid or missing auth token"}' },
}
export const noScripts: Fault = {
  only: ['eval', 'evalsha', 'eval_ro', 'evalsha_ro', 'script'],
  error: "NOPERM this user has no permissions to run the 'evalsha' command",
}

export const concerns = ({ only }: Fault, path: string, commands: string[]) =>
  !only || only.some((name) => name === path || commands.includes(name.toLowerCase()))

/** Decides which fault affects which request. */
export function createFaults() {
  type Armed = { fault: Fault; skip: number }
  let once: Armed[] = []
  let standing: Armed[] = []
  const arm = (fault: Fault): Armed => ({ fault, skip: fault.skip ?? 0 })

  return {
    /** Each of these faults affects one request, in this order. */
    next: (...faults: Fault[]) => void once.push(...faults.map(arm)),
    /** These faults affect every request. `set()` without arguments removes them. */
    set(...faults: Fault[]) {
      standing = faults.map(arm)
    },
    clear() {
      once = []
      standing = []
    },
    /** The fault for a request to `path` with these commands. The first that matches is used. */
    take(path: string, commands: string[]): Fault | undefined {
      const fits = ({ fault }: Armed) => concerns(fault, path, commands)
      const armed = once.find(fits) ?? standing.find(fits)
      if (!armed || armed.skip-- > 0) return undefined
      once = once.filter((other) => other !== armed)
      return armed.fault
    },
  }
}
