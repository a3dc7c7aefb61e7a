/** Runs once before the server takes requests. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { configure } = await import('./lib/config')
    // Loaded only if REDIS_URL is set.
    configure({ tcp: () => import('./lib/lookup/redis/tcp') })
    const { register: start } = await import('./lib/instrumentation')
    await start()
    const { refusePipelines } = await import('./lib/process/pipelining')
    refusePipelines()
    const { refuseSmallPieces } = await import('./lib/process/small-pieces')
    refuseSmallPieces()
    const { refuseOddRequests } = await import('./lib/process/odd-requests')
    refuseOddRequests()
    const { boundLongHeaders } = await import('./lib/process/long-headers')
    boundLongHeaders()
    // `next dev` reloads pages over a WebSocket, and shows objects in color.
    if (process.env.NODE_ENV === 'production') {
      const { printPlainly } = await import('./lib/process/plain-console')
      printPlainly()
      const { ignoreUpgrades } = await import('./lib/process/upgrades')
      ignoreUpgrades()
    }
    const { setProviders } = await import('./lib/integrations/providers')
    const { providers } = await import('./app/providers')
    setProviders(...providers)
  }
}
