import { isIPv4 } from 'node:net'
import { z } from 'zod'
import { KitError } from './lookup/errors'
import { onePerProcess } from './lookup/one-per-process'

/** True in Next's server, false in scripts, tests and workers. Next writes the value in when it builds. */
export const insideNext = process.env.NEXT_RUNTIME === 'nodejs'

/** Next's own span of a `fetch` has the whole address in it: IDs, names, what an admin types into the search. */
export function traceNoAddresses(): void {
  process.env.NEXT_OTEL_FETCH_DISABLED ??= '1'
}

export type ConfigurationErrorCode = 'not_configured' | 'configured_too_late'

/** A setting is missing or malformed, or was changed too late. The message names the settings and shows no value. */
export class ConfigurationError extends KitError<ConfigurationErrorCode> {
  static override readonly kind: string = 'ConfigurationError'
}

export const notConfigured = (problems: readonly string[]) =>
  new ConfigurationError(
    'not_configured',
    `Settings are missing or malformed:\n\n${problems.join('\n')}\n\nSet them as environment variables (for example in .env.local), or in code with configure().`,
  )

export const configuredTooLate = (what: string) =>
  new ConfigurationError(
    'configured_too_late',
    `configure() would change ${what}, which this process already uses. Call it before the first read, for example in instrumentation.ts.`,
  )

export type Source = Readonly<Record<string, string | undefined>>

/** Values given in code, which come before the environment, and the names of variables that were already read. */
const given = onePerProcess('settings', () => ({
  values: new Map<string, string>(),
  read: new Set<string>(),
}))

/** The environment of this process and what was given in code. */
export const settingsSource = (): Source => ({ ...process.env, ...Object.fromEntries(given.values) })

/**
 * Gives variables in code. Giving the same value again changes nothing, so each copy of a module can do it.
 * @throws ConfigurationError `configured_too_late` when a variable that was already read would change
 */
export function setVariables(variables: Source): void {
  const changed = Object.entries(variables).filter(
    ([name, value]) => value !== undefined && (given.values.get(name) ?? process.env[name]) !== value,
  )
  const tooLate = changed.map(([name]) => name).filter((name) => given.read.has(name))
  if (tooLate.length > 0) throw configuredTooLate(tooLate.join(', '))
  for (const [name, value] of changed) if (value !== undefined) given.values.set(name, value)
}

export const text = z.string().min(1)

const PRIVATE_IPV4 = /^(127|10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01]))\./
const PRIVATE_IPV6 = /^\[(::1\]|(f[cd][\da-f]{2}|fe[89ab][\da-f]):)/
/** No public host can have these names: one without a dot, or with one of the endings that are kept for private use. */
const PRIVATE_NAME = /^[^.:]+$|\.(internal|local|localhost|test)$/

const isPrivate = (host: string) =>
  PRIVATE_NAME.test(host) || PRIVATE_IPV6.test(host) || (isIPv4(host) && PRIVATE_IPV4.test(host))

export const parseUrl = (url: string, base?: string) =>
  URL.canParse(url, base) ? new URL(url, base) : undefined

/** An address to which secrets are sent. */
export const httpAddress = z
  .url({ protocol: /^https?$/, error: 'must be an http or https address' })
  .refine((text) => {
    const url = parseUrl(text)
    return url?.protocol !== 'http:' || isPrivate(url.hostname)
  }, 'must begin with https://, because secrets are sent to it. http is for hosts of this machine or a private network')
  .transform((url) => url.replace(/\/+$/, ''))

/** Names that only a private network knows, or that lead to addresses of one: Kubernetes, Fly, ElastiCache. */
const PRIVATE_REDIS = /\.(svc|flycast|cache\.amazonaws\.com)$/

function isRedisUrl(text: string): boolean {
  const url = parseUrl(text)
  if (!url || !/^rediss?:$/.test(url.protocol) || !url.hostname) return false
  try {
    decodeURIComponent(url.username + url.password)
  } catch {
    return false
  }
  return /^(\/\d*)?$/.test(url.pathname) && !url.search && !url.hash
}

/** The address of a Redis server, with its user and password. What is wrong with it is said without them. */
export const tcpAddress = z
  .string()
  .refine(
    isRedisUrl,
    'must be redis:// or rediss://, then user:password@host:port/number, where only the host is required. In the user and the password, all but letters and digits must be percent-encoded',
  )
  .refine((text) => {
    const url = parseUrl(text)
    return url?.protocol !== 'redis:' || isPrivate(url.hostname) || PRIVATE_REDIS.test(url.hostname)
  }, 'must begin with rediss://, because the password and the values are sent to it. redis:// is for hosts of this machine or a private network')

export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER) {
  const range = max === Number.MAX_SAFE_INTEGER ? `of ${min} or more` : `from ${min} to ${max}`
  return text
    .transform(Number)
    .refine((n) => Number.isInteger(n) && n >= min && n <= max, `must be a whole number ${range}`)
}

export const wholeNumberOr = <const Word extends string>(word: Word, min: number) =>
  text
    .transform((value) => (value === word ? word : Number(value)))
    .refine(
      (value) => value === word || (Number.isInteger(value) && Number(value) >= min),
      `must be a whole number of ${min} or more, or "${word}"`,
    )

/** Whether bytes or text consist of a few that repeat, as no random secret does. */
export const isRepetitive = (secret: Iterable<unknown>, least: number) => new Set(secret).size < least

export const oneOf = <const T extends readonly string[]>(values: T) =>
  z.enum(values, { error: `must be one of: ${values.join(', ')}` })

export const onOrOff = oneOf(['on', 'off']).transform((value) => value === 'on')

/** A variable: its type, what it is for, an example, and another name that it is read under. */
export const variable = <T extends z.ZodType>(type: T, purpose: string, example: string, alias?: string): T =>
  type.meta({ purpose, example, alias })

/** What is wrong with a variable: its name, and what is said after it. */
export type SettingProblem = readonly [name: string, state: string]

/**
 * The variables of one part. The environment is parsed at the first call, and only these variables of it: what another
 * part or another tool has set cannot make this part fail. Empty values count as missing. `check` says what is wrong with
 * variables that depend on one another.
 * @throws ConfigurationError `not_configured` that names each missing or malformed variable, its purpose and an example
 */
export function defineSettings<Shape extends Record<string, z.ZodType>>(
  shape: Shape,
  check: (used: Source) => readonly SettingProblem[] = () => [],
) {
  const schema = z.object(shape)
  type Values = z.output<typeof schema>
  let values: Values | undefined

  function problem(name: string, state: string): string {
    const { purpose, example } = shape[name]?.meta() ?? {}
    return `  ${name} ${state}\n    purpose: ${purpose}\n    example: ${name}=${example}`
  }

  function parse(source: Source): { values: Values } | { problems: string[] } {
    const used: Record<string, string | undefined> = {}
    for (const [name, type] of Object.entries(shape)) {
      const alias = type.meta()?.alias
      used[name] = source[name] || (typeof alias === 'string' && source[alias]) || undefined
    }
    const result = schema.safeParse(used)
    const problems = new Map<string, string>()
    for (const { path, message } of result.error?.issues ?? []) {
      const name = String(path[0])
      if (!problems.has(name))
        problems.set(name, problem(name, used[name] ? `is malformed: ${message}` : 'is missing'))
    }
    for (const [name, state] of check(used)) if (!problems.has(name)) problems.set(name, problem(name, state))
    return result.success && problems.size === 0
      ? { values: result.data }
      : { problems: [...problems.values()] }
  }

  function read(): Values {
    if (values) return values
    const result = parse(settingsSource())
    if ('problems' in result) throw notConfigured(result.problems)
    for (const name of Object.keys(shape)) given.read.add(name)
    values = result.values
    return values
  }

  return Object.assign(read, {
    shape,
    /** What is wrong with these variables, in the environment of this process by default. */
    problems(source: Source = settingsSource()): string[] {
      const result = parse(source)
      return 'problems' in result ? result.problems : []
    },
    /** A variable that only one feature needs. @throws ConfigurationError `not_configured` when it is not set */
    require<N extends keyof Values & string>(name: N): NonNullable<Values[N]> {
      const value = read()[name]
      if (value === undefined || value === null) throw notConfigured([problem(name, 'is missing')])
      return value
    },
  })
}
