import { namespace } from '../config'
import { telemetryRedis } from '../telemetry/connection'
import { readFleetCounts } from '../telemetry/fleet-counts'
import { viewOf } from '../telemetry/stats-view'
import { type Command, columns, EXIT, parseInteger, plural, readFlags } from './command'

const sum = (counts: Record<string, number>) => Object.values(counts).reduce((all, count) => all + count, 0)
const percent = (rate: number | null) => (rate === null ? '' : `${(rate * 100).toFixed(1)} %`)

function show({ lookups, redis, upstream, invalidations }: ReturnType<typeof viewOf>): string {
  const rows = Object.entries(lookups).map(([name, { hits, misses, hitRate, loads, errors }]) => [
    ...[name, String(sum(hits)), String(misses), percent(hitRate), String(loads), String(sum(errors))],
  ])
  const requests = Object.entries(upstream).map(
    ([service, { requests, ms }]) =>
      `${service}: ${plural(requests, 'request')}, 95 % within ${ms?.p95 ?? '?'} ms\n`,
  )
  return [
    columns([['lookup', 'hits', 'misses', 'hit rate', 'loads', 'errors'], ...rows]),
    `\nRedis: ${plural(redis.operations, 'operation')}, 95 % within ${redis.ms?.p95 ?? '?'} ms, ${sum(redis.errors)} failed\n`,
    ...requests,
    `Invalidations: ${invalidations.confirmed ?? 0}, not confirmed: ${invalidations.unconfirmed ?? 0}\n`,
  ].join('')
}

export const statsCommand: Command = {
  summary: 'shows what all processes counted in the last minutes',
  usage: '[--minutes N]    1 to 1440 (default: 60)',
  async run(argv, { out }) {
    const { flag, json } = readFlags(argv, ['minutes'])
    const minutes = parseInteger('--minutes', flag('minutes') ?? '60', 1, 1440)
    const where = { redis: telemetryRedis(), namespace: namespace() }
    const { processes, series } = await readFleetCounts(where, { minutes, now: Date.now() })
    const view = viewOf(series)
    if (json) out(`${JSON.stringify({ minutes, processes, ...view })}\n`)
    else if (processes === 0) out(`No process counted anything in the last ${plural(minutes, 'minute')}.\n`)
    else
      out(`${plural(processes, 'process', 'es')} in the last ${plural(minutes, 'minute')}\n\n${show(view)}`)
    return EXIT.done
  },
}
