import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { audited } from '../cache/audit-events'
import { cacheSettings, clerkSettings, redis } from '../config'
import { type Command, type CommandContext, EXIT, parseInteger, plural, readFlags } from './command'
import { InputError, parseIds } from './id-list'
import { createProgress } from './progress'
import { createRateLimitedRetry, type RateLimitedRetry } from './rate-limited-retry'
import { resumeFile, taskOf } from './resume-file'
import { recentlyActive, warmUsers } from './warm-users'

const USAGE = `--ids FILE | --recent N

  npm run ops -- warm --ids users.txt      IDs from a file, one per line or a JSON array; - reads standard input
  npm run ops -- warm --recent 5000        the most recently active users

  --budget N     most requests to Clerk in 10 s, 2 to 1000 (default: 200)
  --state FILE   from which an interrupted run is resumed (default: a file in the system's temporary folder)
  --json         prints one JSON object on standard output, and no progress

Users who are cached cost no request; 100 others cost one, with --recent one more for each 100.
Exit code: 0 done · 1 Clerk or Redis failed · 2 arguments, input or settings are not valid · 130 interrupted.
`
const RESUME = 'Run the same command again to continue.'
const MOST_REQUESTS = 1000
const MOST_USERS = 100_000

interface Options {
  source: { ids: string } | { recent: number }
  budget: number
  state: string | undefined
  json: boolean
}

function parse(argv: readonly string[]): Options {
  const { flag, json } = readFlags(argv, ['ids', 'recent', 'budget', 'state'])
  const [ids, recent] = [flag('ids'), flag('recent')]
  if ((ids === undefined) === (recent === undefined))
    throw new InputError('Choose the users with either --ids FILE or --recent N. --help says more.')
  return {
    source: ids === undefined ? { recent: parseInteger('--recent', recent, 1, MOST_USERS) } : { ids },
    budget: parseInteger('--budget', flag('budget') ?? '200', 2, MOST_REQUESTS),
    state: flag('state'),
    json,
  }
}

async function load(options: Options, context: CommandContext): Promise<number> {
  const { clock, signal, out, err, isTTY } = context
  const { source, budget, json } = options
  const { CLERK_API_URL } = clerkSettings()
  const { CACHE_NAMESPACE, CACHE_USER_TTL } = cacheSettings()
  const progress = createProgress({
    write: json ? () => {} : err,
    isTTY,
    now: clock.now,
  })
  const listed = 'ids' in source ? await readIds(source.ids, context) : undefined
  const state = resumeFile(
    options.state ?? join(tmpdir(), `clerk-cache-warm-${process.getuid?.() ?? 0}-${CACHE_NAMESPACE}.json`),
    {
      task: taskOf([
        CLERK_API_URL,
        redis().address,
        CACHE_NAMESPACE,
        ...(listed ?? ['recent', JSON.stringify(source)]),
      ]),
      // A TTL is shortened by up to 10 % at random. The shortest adaptive TTL is a minute.
      maxAge: (CACHE_USER_TTL === 'adaptive' ? 60 : CACHE_USER_TTL) * 900,
    },
  )
  const onWait = (seconds: number, why: string) => progress.say(`Waiting ${seconds} s: ${why}.`)
  const retry = createRateLimitedRetry({ budget, clock, signal, onWait })
  try {
    const before = await state.read()
    const startedAt = before?.startedAt ?? Date.now()
    const ids = listed ?? before?.ids ?? (await recentIds(source, retry))
    // A list that was given is given again when the run is resumed; the recently active users will have changed.
    const kept = listed ? {} : { ids }
    const [skipped, unknownBefore] = [before?.done ?? 0, before?.unknown ?? 0]
    if (skipped > 0)
      progress.say(`Continuing after the first ${plural(skipped, 'user')}, as ${state.path} says.`)
    let unknown = unknownBefore
    await state.write({ ...kept, done: skipped, unknown, startedAt })
    const target = String(ids.length)
    await audited({ action: 'cache.warm', actor: 'ops', subject: 'users', target }, () =>
      warmUsers(ids.slice(skipped), {
        retry,
        async onProgress(done, unknownNow) {
          unknown = unknownBefore + unknownNow
          await state.write({ ...kept, done: skipped + done, unknown, startedAt })
          progress.show(skipped + done, ids.length)
        },
      }),
    )
    await state.remove()
    progress.end()
    const figures = { users: ids.length, resumedAfter: skipped, unknown, requests: retry.requests() }
    out(json ? `${JSON.stringify(figures)}\n` : summaryOf(figures))
    return EXIT.done
  } finally {
    progress.end()
    retry.stop()
  }
}

function summaryOf({ users, unknown, requests }: { users: number; unknown: number; requests: number }) {
  const cached = users - unknown
  const missing = unknown > 0 ? ` ${plural(unknown, 'ID')} not found at Clerk.` : ''
  return `${plural(cached, 'user')} cached, with ${plural(requests, 'request')} to Clerk.${missing}\n`
}

const recentIds = (source: Options['source'], retry: RateLimitedRetry) =>
  'recent' in source ? recentlyActive(source.recent, retry) : []

async function readIds(file: string, { stdin }: CommandContext): Promise<string[]> {
  if (file === '-') return parseIds(await stdin(), 'Standard input')
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`${file} cannot be read (${error.code}).`)
  })
  return parseIds(text, file)
}

export const warmCommand: Command = {
  summary: 'loads users into the cache before a deployment takes traffic',
  usage: USAGE,
  resume: RESUME,
  run: async (argv, context) => load(parse(argv), context),
}
