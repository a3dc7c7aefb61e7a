/** Runs once before the server takes requests. An SDK of OpenTelemetry is registered here, before everything else. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    // First: loads of this process run in the context that it has now, before any request.
    await import('./lib/lookup/outside')
    const startup = await import('./lib/process/startup')
    startup.refuseBadEnvironment()
    startup.warnOfSettings()
    const { startTelemetry } = await import('./lib/telemetry/start')
    const { handleSignals } = await import('./lib/process/shutdown')
    await startTelemetry()
    startup.startBackplane()
    handleSignals()
    await startup.warnOfRedis()
  }
}
