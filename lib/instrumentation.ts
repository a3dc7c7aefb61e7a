/** Starts what the kit needs in a server. Call it once from `register()` of the app's instrumentation.ts, first. */
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
