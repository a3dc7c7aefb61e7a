import { signatureHeaders } from '../../local/clerk/signature'

export interface Signing {
  secret: string
  id?: string
  at?: Date
  /** What is signed, where it is not the body. */
  signed?: string
}

/** The headers that Clerk sends with a body. */
export const signatureOf = (body: string, { secret, id = 'msg_1', at, signed }: Signing) =>
  signatureHeaders(secret, id, signed ?? body, at)

export const eventOf = (type: string, data: Record<string, unknown>) =>
  JSON.stringify({ type, object: 'event', timestamp: Date.now(), instance_id: 'ins_test', data })

/** What Clerk would post for an event. */
export const webhookRequest = (body: string, signing: Signing) =>
  new Request('http://localhost/api/webhooks/clerk', {
    method: 'POST',
    headers: signatureOf(body, signing),
    body,
  })
