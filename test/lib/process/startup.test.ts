import { expect, test, vi } from 'vitest'
import { useServices } from '../../support/services'

useServices()

test.each(['APP_ORIGINS', 'CACHE_ENCRYPTION_KEYS'])(
  'production says at the start that %s is not set',
  async (name) => {
    vi.resetModules()
    vi.stubEnv('NODE_ENV', 'production')
    const printed = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const { warnOfSettings } = await import('@/lib/process/startup')
    const said = () =>
      printed.mock.calls.filter(([text]) => String(text).includes(`${name} is not set`)).length
    warnOfSettings()
    vi.stubEnv(name, undefined)
    const before = said()
    vi.resetModules()
    ;(await import('@/lib/process/startup')).warnOfSettings()
    expect(said() - before).toBe(1)
    vi.unstubAllEnvs()
    printed.mockRestore()
  },
)
