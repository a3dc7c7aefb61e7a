import parse from 'parse-prometheus-text-format'
import { z } from 'zod'

const families = z.array(
  z.object({
    name: z.string(),
    help: z.string().optional(),
    type: z.enum(['COUNTER', 'GAUGE', 'UNTYPED']),
    metrics: z.array(z.object({ value: z.string(), labels: z.record(z.string(), z.string()).default({}) })),
  }),
)

/** The samples of metrics text, as a Prometheus parser reads them. */
export function readMetrics(text: string) {
  // It throws the labels of histograms away, unless it does not know that they are ones.
  const all = families.parse(parse(text.replaceAll(/^# TYPE \S+ histogram$/gm, '')))
  return {
    families: all,
    /** The sum of the samples of a name that have these labels. */
    sum: (name: string, of: Record<string, string> = {}) =>
      all
        .filter((family) => family.name === name)
        .flatMap(({ metrics }) => metrics)
        .filter(({ labels }) => Object.entries(of).every(([label, value]) => labels[label] === value))
        .reduce((sum, { value }) => sum + Number(value), 0),
  }
}
