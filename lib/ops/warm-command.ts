import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { audited } from '../cache/audit-events'
import { cacheSettings, clerkSettings, redisSettings } from '../config'
import { ConfigurationError } from '../env'
import { KitError, LookupError } from '../lookup/errors'
import { type Command, EXIT, type Surroundings, whole } from './command'
import { InputError, parseIds } from './id-list'
import { createProgress } from './progress'
import { createPatience } from './rate-limited-retry'
import { resumeFile, taskOf } from './resume-file'
import { recentlyActive, warmUsers } from './warm-users'

const USAGE = `--ids FILE | --recent N

  npm run ops -- warm --ids users.txt      ids from a file, one a line or a JSON array; - reads standard input
  npm run ops -- warm --recent 5000        the users who were active last

  --budget N     most requests to Clerk in 10 s, 2 to 1000 (200)
  --state FILE   where a run that was ended is resumed from (a file in the system's temporary folder)
  --json         one JSON object on standard output, and nothing else

Who is cached already costs no request; 100 others cost one, with --recent one more for each 100.
Exit code: 0 done · 1 Clerk or Redis failed · 2 bad arguments, input or settings · 130 interrupted.
After 1 and 130 the same command goes on where it was.
`
const MOST_REQUESTS = 1000
const MOST_USERS = 100_000

interface Asked {
  source: { ids: string } | { recent: number }
  budget: number
  state: string | undefined
  json: boolean
}

/** Runs the command; resolves with its exit code, having said why it is not 0. */
async function warmCommand(argv: readonly string[], around: Surroundings): Promise<number> {
  try {
    return await load(parse(argv), around)
  } catch (error) {
    if (around.signal.aborted && error === around.signal.reason) {
      around.err('Interrupted. The same command goes on where it was.\n')
      return EXIT.interrupted
    }
    if (error instanceof InputError || error instanceof ConfigurationError) {
      around.err(`${error.message}\n`)
      return EXIT.refused
    }
    if (!(error instanceof KitError || error instanceof LookupError)) throw error
    around.err(`${error.message}\nThe same command goes on where it was.\n`)
    return EXIT.failed
  }
}

function parse(argv: readonly string[]): Asked {
  const { ids, recent, budget, state, json } = given(argv)
  if ((ids === undefined) === (recent === undefined))
    throw new InputError('Say whom to load: either --ids FILE or --recent N. --help tells more.')
  return {
    source: ids === undefined ? { recent: whole('--recent', recent, 1, MOST_USERS) } : { ids },
    budget: whole('--budget', budget ?? '200', 2, MOST_REQUESTS),
    state,
    json: json ?? false,
  }
}

function given(argv: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...argv],
      options: { ids: text, recent: text, budget: text, state: text, json: { type: 'boolean' } },
    }).values
  } catch (error) {
    throw new InputError(`${error instanceof Error ? error.message : error}\n--help tells what there is.`)
  }
}

async function load(asked: Asked, around: Surroundings): Promise<number> {
  const { clock, signal } = around
  const { CLERK_API_URL } = clerkSettings()
  const { UPSTASH_REDIS_REST_URL } = redisSettings()
  const { CACHE_NAMESPACE, CACHE_USER_TTL } = cacheSettings()
  const progress = createProgress({
    write: asked.json ? () => {} : around.err,
    isTTY: around.isTTY,
    now: clock.now,
  })
  const listed = 'ids' in asked.source ? await readIds(asked.source.ids, around) : undefined
  const state = resumeFile(
    asked.state ?? join(tmpdir(), `clerk-cache-warm-${process.getuid?.() ?? 0}-${CACHE_NAMESPACE}.json`),
    {
      task: taskOf([
        CLERK_API_URL,
        UPSTASH_REDIS_REST_URL,
        CACHE_NAMESPACE,
        ...(listed ?? ['recent', JSON.stringify(asked.source)]),
      ]),
      // Jitter takes up to a tenth off; a minute is the least that adaptive times give.
      maxAge: (CACHE_USER_TTL === 'adaptive' ? 60 : CACHE_USER_TTL) * 900,
      now: clock.now,
    },
  )
  const onWait = (seconds: number, why: string) => progress.say(`Waiting ${seconds} s: ${why}.`)
  const patience = createPatience({ budget: asked.budget, clock, signal, onWait })
  try {
    const before = await state.read()
    const startedAt = before?.startedAt ?? clock.now()
    const ids = listed ?? before?.ids ?? (await recentOnes(asked.source, patience))
    // Those of a file are there the next time; who was active last will have changed.
    const kept = listed ? {} : { ids }
    const [skipped, unknownBefore] = [before?.done ?? 0, before?.unknown ?? 0]
    if (skipped > 0) progress.say(`Going on after the first ${skipped}, from ${state.path}.`)
    let unknown = unknownBefore
    await state.write({ ...kept, done: skipped, unknown, startedAt })
    const target = String(ids.length)
    await audited({ action: 'cache.warm', actor: 'ops', subject: 'users', target }, () =>
      warmUsers(ids.slice(skipped), {
        patience,
        async onProgress(done, unknownNow) {
          unknown = unknownBefore + unknownNow
          await state.write({ ...kept, done: skipped + done, unknown, startedAt })
          progress.show(skipped + done, ids.length)
        },
      }),
    )
    await state.remove()
    progress.end()
    const figures = { users: ids.length, resumedAfter: skipped, unknown, requests: patience.made() }
    around.out(
      asked.json
        ? `${JSON.stringify(figures)}\n`
        : `${ids.length - unknown} users are cached; Clerk does not know ${unknown} more. ${figures.requests} requests.\n`,
    )
    return EXIT.done
  } finally {
    progress.end()
    patience.stop()
  }
}

const recentOnes = (source: Asked['source'], patience: Parameters<typeof recentlyActive>[1]) =>
  'recent' in source ? recentlyActive(source.recent, patience) : []

async function readIds(file: string, around: Surroundings): Promise<string[]> {
  if (file === '-') return parseIds(await around.stdin(), 'Standard input')
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new InputError(`${file} cannot be read (${error.code}).`)
  })
  return parseIds(text, file)
}

export const warm: Command = {
  summary: 'loads users into the cache before a deployment takes traffic',
  usage: USAGE,
  run: warmCommand,
}
