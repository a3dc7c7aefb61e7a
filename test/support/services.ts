import { startStandIns } from '../../local/stand-ins'

/**
 * The stand-ins on free ports, and this process's environment set to use them: the code under test talks to them
 * through the real SDKs. The app itself is not there.
 */
export async function startServices(
  overrides: Record<string, string | undefined> = {},
  options: { redis?: 'wasm'; now?: () => number } = {},
) {
  const standIns = await startStandIns(0, { ports: { clerk: 0, upstash: 0, google: 0 }, ...options })
  standIns.clerk.webhooks.pause()
  const before = { ...process.env }
  Object.assign(process.env, standIns.env)
  for (const [name, value] of Object.entries(overrides))
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  return {
    ...standIns,
    close: async () => {
      process.env = before
      await standIns.close()
    },
  }
}

export type Services = Awaited<ReturnType<typeof startServices>>
