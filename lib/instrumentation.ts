/** Runs once before the server takes requests. An SDK of OpenTelemetry is registered here, before everything else. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    // First: loads of this process run in the context that it has now, before any request.
    await import('./lookup/outside')
    const startup = await import('./process/startup')
    startup.refuseBadEnvironment()
    startup.warnOfSettings()
    const { startTelemetry } = await import('./telemetry/start')
    const { handleSignals } = await import('./process/shutdown')
    await startTelemetry()
    startup.startBackplane()
    handleSignals()
    await startup.warnOfRedis()
  }
}
