import { invalidParam, taken } from './errors'
import type { User } from './records'

/** Validates a username, an e-mail address or an external ID, checks that no other user has it, and normalizes it. */
export function identifiers(others: Iterable<User>) {
  const known = [...others]
  return {
    username(value: string): string {
      const username = value.toLowerCase()
      if (username.length < 4 || username.length > 64)
        throw invalidParam(
          'username',
          'Username must be between 4 and 64 characters long.',
          'form_username_invalid_length',
        )
      if (!/^[a-z0-9_.-]+$/.test(username))
        throw invalidParam(
          'username',
          "Username can only contain letters, numbers and '_' or '-'.",
          'form_username_invalid_character',
        )
      if (known.some((other) => other.username === username)) throw taken('username')
      return username
    },

    email(value: string): string {
      const address = value.toLowerCase()
      if (!/^[^\s@]+@[^\s@]+$/.test(address))
        throw invalidParam(
          'email_address',
          'email_address must be a valid email address.',
          'form_param_format_invalid',
        )
      if (known.some((other) => other.emails.some((email) => email.address === address)))
        throw taken('email_address')
      return address
    },

    externalId(value: string): string {
      if (known.some((other) => other.externalId === value)) throw taken('external_id')
      return value
    },
  }
}
