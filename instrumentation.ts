/** Runs once before the server takes requests. A throw here would leave it listening and answering 500. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { ConfigurationError, env } = await import('./lib/env')
  try {
    env()
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    process.stderr.write(`\n${error.message}\n\n`)
    process.exit(1)
  }
}
