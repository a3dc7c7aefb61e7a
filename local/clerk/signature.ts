import { Webhook } from 'svix'

/** The headers of a webhook request. Clerk delivers its webhooks through Svix. */
export const signatureHeaders = (secret: string, id: string, body: string, at = new Date()) => ({
  'content-type': 'application/json',
  'svix-id': id,
  'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
  'svix-signature': new Webhook(secret).sign(id, at, body),
})
