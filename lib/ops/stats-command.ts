import { namespace } from '../config'
import { telemetryRedis } from '../telemetry/connection'
import { readFleetCounts } from '../telemetry/fleet-counts'
import { viewOf } from '../telemetry/stats-view'
import { type Command, columns, EXIT, readFlags, whole } from './command'
import { InputError } from './id-list'

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((all, count) => all + count, 0)
const percent = (rate: number | null) => (rate === null ? '' : `${(rate * 100).toFixed(1)} %`)

function show({ lookups, redis, upstream, invalidations }: ReturnType<typeof viewOf>): string {
  const rows = Object.entries(lookups).map(([name, { hits, misses, hitRate, loads, errors }]) => [
    ...[name, String(sum(hits)), String(misses), percent(hitRate), String(loads), String(sum(errors))],
  ])
  const requests = Object.entries(upstream).map(
    ([service, { requests, ms }]) => `${service}: ${requests} requests, 95 % within ${ms?.p95 ?? '?'} ms\n`,
  )
  return [
    columns([['lookup', 'hits', 'misses', 'hit rate', 'loads', 'errors'], ...rows]),
    `\nRedis: ${redis.operations} operations, 95 % within ${redis.ms?.p95 ?? '?'} ms, ${sum(redis.errors)} failed\n`,
    ...requests,
    `Invalidations: ${invalidations.confirmed ?? 0}, not confirmed: ${invalidations.unconfirmed ?? 0}\n`,
  ].join('')
}

export const statsCommand: Command = {
  summary: 'what the fleet counted in the last minutes',
  usage: '[--minutes N]    1 to 1440 (60)',
  async run(argv, { out, clock }) {
    const { given, words, json } = readFlags(argv, ['minutes'])
    if (words.length > 0) throw new InputError(`Unexpected ${JSON.stringify(words[0])}.`)
    const minutes = whole('--minutes', given('minutes') ?? '60', 1, 1440)
    const where = { redis: telemetryRedis(), namespace: namespace() }
    const { processes, series } = await readFleetCounts(where, { minutes, now: clock.now() })
    const view = viewOf(series)
    if (json) out(`${JSON.stringify({ minutes, processes, ...view })}\n`)
    else if (processes === 0) out(`Nobody counted anything in the last ${minutes} minutes.\n`)
    else out(`${processes} processes in the last ${minutes} minutes\n\n${show(view)}`)
    return EXIT.done
  },
}
