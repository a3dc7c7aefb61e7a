import { z } from 'zod'
import { defineSettings, variable } from '../env'

const isOrigin = (text: string) =>
  /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text

export const originSettings = defineSettings({
  APP_ORIGINS: variable(
    z
      .string()
      .refine(
        (list) => list.split(',').every((one) => isOrigin(one.trim())),
        'must be origins such as https://example.com, without a path, comma separated',
      )
      .optional(),
    'the origins of this app: session tokens that Clerk has made for another one are refused',
    'https://example.com,https://www.example.com',
  ),
})

/** The origins of this app; empty if they are not set. */
export const appOrigins = (): string[] =>
  (originSettings().APP_ORIGINS ?? '').split(',').flatMap((origin) => origin.trim() || [])
