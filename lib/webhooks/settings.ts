import { z } from 'zod'
import { defineSettings, isRepetitive, variable, wholeNumber } from '../env'

/** As Svix signs: at least 24 bytes in base64 with padding. Problems name the position, not the secret. */
const secretList = z.string().transform((value, context) =>
  value.split(',').map((text, index) => {
    const secret = text.trim()
    const encoded = secret.replace(/^whsec_/, '')
    const key = Buffer.from(encoded, 'base64')
    const name = `secret ${index + 1}`
    const again = 'copy it again from the endpoint page of the Clerk dashboard'
    if (encoded === secret)
      context.addIssue(`${name} must start with whsec_; while rotating, give two, comma separated`)
    else if (key.toString('base64') !== encoded) context.addIssue(`${name} is not base64: ${again}`)
    else if (key.length < 24)
      context.addIssue(`${name} has ${key.length} bytes instead of 24 or more: ${again}`)
    else if (isRepetitive(key, 8)) context.addIssue(`${name} repeats a few bytes: ${again}`)
    return secret
  }),
)

export const webhookSettings = defineSettings({
  CLERK_WEBHOOK_SIGNING_SECRET: variable(
    secretList.optional(),
    'verifies webhooks; from the endpoint page of the Clerk dashboard',
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  ),
})

/** The secrets that a webhook may be signed with. @throws ConfigurationError if there is none */
export const signingSecrets = () => webhookSettings.require('CLERK_WEBHOOK_SIGNING_SECRET')

export const recordSettings = defineSettings({
  AUDIT_MAX_AGE_DAYS: variable(
    wholeNumber(1, 3650).default(90),
    'days for which the audit trail and the log of webhooks keep a record',
    '90',
  ),
})

/** Milliseconds for which the audit trail and the log of webhooks keep a record. @throws ConfigurationError */
export const maxAgeOfRecords = (): number => recordSettings().AUDIT_MAX_AGE_DAYS * 24 * 60 * 60 * 1000
