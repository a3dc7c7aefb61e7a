import { z } from 'zod'
import { defineSettings, httpAddress, variable } from '../env'

/** One `provider=address`; undefined where it is not one, or the address is not one that may get secrets. */
function addressIn(entry: string): [provider: string, address: string] | undefined {
  const [, provider, text] = /^\s*(\w+)\s*=(.*)$/.exec(entry) ?? []
  const { data: address } = httpAddress.safeParse(text?.trim())
  return provider && address ? [provider, address] : undefined
}

/** `github=https://…,slack=https://…`: addresses by the ID of the provider. */
const addresses = z
  .string()
  .transform((list) => list.split(',').map(addressIn))
  .refine(
    (list) => list.every(Boolean),
    'must be provider=address, comma separated, where each address begins with https:// (http is for hosts of this machine or a private network)',
  )
  .transform((list) => new Map(list.filter((entry) => entry !== undefined)))

export const providerSettings = defineSettings({
  PROVIDER_API_URLS: variable(
    addresses.default(new Map()),
    "addresses in place of those of providers' APIs, such as that of GitHub Enterprise Server",
    'github=https://github.example.com/api/v3',
  ),
})
