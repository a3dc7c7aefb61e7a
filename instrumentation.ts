/** Runs once before the server takes requests. An SDK of OpenTelemetry is registered here, before everything else. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const kit = await import('./lib/instrumentation')
    await kit.register()
    const { setProviders } = await import('./lib/integrations/providers')
    const { providers } = await import('./app/providers')
    setProviders(...providers)
  }
}
