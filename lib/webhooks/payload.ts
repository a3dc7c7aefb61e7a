import { KitError } from '../lookup/errors'

/** The codes of a WebhookError. */
export type WebhookErrorCode =
  /** The payload of a webhook does not have the ID that its type must have. */
  'bad_payload'

/** A webhook that cannot be handled. Delivering it again does not help. */
export class WebhookError extends KitError<WebhookErrorCode> {
  static override readonly kind: string = 'WebhookError'
}

/** The ID that a payload has under this key, if there is one. */
function findId(data: object, key: 'id' | 'user_id'): string | undefined {
  const id: unknown = Reflect.get(data, key)
  return typeof id === 'string' && id !== '' ? id : undefined
}

/** The ID that a payload has under this key. @throws WebhookError `bad_payload` if there is none */
export function idIn(data: object, key: 'id' | 'user_id'): string {
  const id = findId(data, key)
  if (id === undefined) throw new WebhookError('bad_payload', `The payload of this webhook has no "${key}".`)
  return id
}

/**
 * The ID of the user that a payload is about, which a membership names in its `public_user_data`, or of whatever else it is
 * about. Null if it has none.
 */
export function subjectOf(data: object): string | null {
  const member: unknown = Reflect.get(data, 'public_user_data')
  const ofMember = typeof member === 'object' && member !== null ? findId(member, 'user_id') : undefined
  return ofMember ?? findId(data, 'user_id') ?? findId(data, 'id') ?? null
}
