import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { metrics } from '@/lib/telemetry/metrics'
import { promtool } from '../support/missing'
import { useServices } from '../support/services'

// The gauges read the state of Redis and of the writers.
useServices()

const root = join(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, 'docs/deploy', file), 'utf8')

const alerts = z
  .object({
    groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })),
  })
  .parse(parse(read('alerts.yml')))
  .groups.flatMap(({ rules }) => rules)

const dashboard = z
  .object({
    panels: z.array(z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })) })),
  })
  .parse(JSON.parse(read('grafana.json'))).panels

/** The names of all samples that GET /api/metrics can have. */
async function sampleNames() {
  const families = await metrics().registry.getMetricsAsJSON()
  return families.flatMap(({ name, type }) =>
    String(type) === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  )
}

const namesIn = (expression: string) => expression.match(/clerk_cache_\w+/g) ?? []

test.each([
  ...alerts.map(({ alert, expr }) => [`the alert ${alert}`, expr] as const),
  ...dashboard.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => [`the panel ${title}`, expr] as const),
  ),
])('%s uses metrics that the app has', async (_, expression) => {
  const known = await sampleNames()
  expect(namesIn(expression)).not.toEqual([])
  expect(namesIn(expression).filter((name) => !known.includes(name))).toEqual([])
})

test('an unconfirmed invalidation is counted from 0, so that the first one is an increase', async () => {
  expect(await metrics().registry.metrics()).toContain(
    'clerk_cache_invalidations_total{outcome="unconfirmed"} 0',
  )
})

test('the guide says what to do for every alert', () => {
  const guide = readFileSync(join(root, 'docs/guides/monitoring.md'), 'utf8')
  expect(alerts.map(({ alert }) => alert).filter((name) => !guide.includes(`\`${name}\``))).toEqual([])
})

describe.skipIf(!promtool())('promtool, from the Debian package prometheus (skipped without it)', () => {
  const run = (...args: string[]) =>
    execFileSync('promtool', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' })

  test('accepts the alert rules', () => {
    expect(run('check', 'rules', 'docs/deploy/alerts.yml')).toContain(`${alerts.length} rules found`)
  })

  test('shows that each alert fires', () => {
    expect(run('test', 'rules', 'docs/deploy/alerts.test.yml')).toContain('SUCCESS')
    const tested = read('alerts.test.yml')
    expect(alerts.map(({ alert }) => alert).filter((name) => !tested.includes(`"${name}"`))).toEqual([])
  })
})
