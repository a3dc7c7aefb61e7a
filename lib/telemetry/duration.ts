import { metrics, ValueType } from '@opentelemetry/api'
import { Histogram, type Registry } from 'prom-client'
import { METER, otelName } from './open-telemetry'

/** A histogram of seconds, for Prometheus and for OpenTelemetry's SDK where there is one. */
export function createDuration<L extends string>(
  registry: Registry,
  options: { name: string; help: string; labelNames: L[]; buckets: number[] },
) {
  const { name, help: description, buckets } = options
  const histogram = new Histogram({ ...options, registers: [registry] })
  const otel = metrics.getMeter(METER).createHistogram(otelName(name), {
    ...{ description, unit: 's', valueType: ValueType.DOUBLE },
    advice: { explicitBucketBoundaries: buckets },
  })
  return (labels: Record<L, string>, ms: number) => {
    histogram.observe(labels, ms / 1000)
    otel.record(ms / 1000, labels)
  }
}
