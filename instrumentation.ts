/** Runs once before the server takes requests. An SDK of OpenTelemetry is registered here, before everything else. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { refuseBadEnvironment, warnOfRedis } = await import('./lib/process/startup')
    refuseBadEnvironment()
    const { startTelemetry } = await import('./lib/telemetry/start')
    const { handleSignals } = await import('./lib/process/shutdown')
    await startTelemetry()
    handleSignals()
    await warnOfRedis()
  }
}
