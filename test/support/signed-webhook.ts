import { Webhook } from 'svix'

export interface Signing {
  secret: string
  id?: string
  at?: Date
  /** What is signed, where it is not the body. */
  signed?: string
}

/** The headers that Clerk sends with a body. */
export const signatureOf = (body: string, { secret, id = 'msg_1', at = new Date(), signed }: Signing) => ({
  'content-type': 'application/json',
  'svix-id': id,
  'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
  'svix-signature': new Webhook(secret).sign(id, at, signed ?? body),
})

export const eventOf = (type: string, data: Record<string, unknown>) =>
  JSON.stringify({ type, object: 'event', timestamp: Date.now(), instance_id: 'ins_test', data })

/** What Clerk would post for an event. */
export const webhookRequest = (body: string, signing: Signing) =>
  new Request('http://localhost/api/webhooks/clerk', {
    method: 'POST',
    headers: signatureOf(body, signing),
    body,
  })
