// The kit as an app has it: with its counts, metrics and log.
export { register } from '@/instrumentation'
