import { z } from 'zod'
import type { NamesOfUser } from './tags'

const oneName = z
  .string()
  .nullable()
  .transform((name) => (name === null ? [] : [name]))
  .optional()
  .catch(undefined)

const names = z.object({
  username: oneName,
  external_id: oneName,
  email_addresses: z
    .array(z.object({ email_address: z.string() }))
    .optional()
    .catch(undefined),
})

/** The names in a user's JSON, from the Backend API or a webhook. Names that cannot be read are not known. */
export function namesIn(json: object): NamesOfUser {
  const { username, external_id, email_addresses } = names.safeParse(json).data ?? {}
  const emails = email_addresses?.map(({ email_address }) => email_address)
  return { usernames: username, externalIds: external_id, emails }
}
