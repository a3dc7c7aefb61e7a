import { z } from 'zod'
import { defineSettings, variable } from '../env'

export const webhookSettings = defineSettings({
  CLERK_WEBHOOK_SIGNING_SECRET: variable(
    z
      .string()
      .transform((value) => value.split(',').map((secret) => secret.trim()))
      .refine((secrets) => secrets.every((secret) => /^whsec_[A-Za-z0-9+/=]+$/.test(secret)), {
        message: 'each secret must start with whsec_; while rotating, give two, comma separated',
      })
      .optional(),
    'verifies webhooks; from the endpoint page of the Clerk dashboard',
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  ),
})

/** The secrets that a webhook may be signed with. @throws ConfigurationError if there is none */
export const signingSecrets = () => webhookSettings.require('CLERK_WEBHOOK_SIGNING_SECRET')
