import { z } from 'zod'
import { defineSettings, isRepetitive, variable } from '../env'

export const opsSettings = defineSettings({
  OPS_TOKEN: variable(
    z
      .string()
      .min(16, 'must have at least 16 characters')
      .refine(
        (token) => !isRepetitive(token, 4),
        'repeats a few characters; `openssl rand -hex 32` makes a token',
      )
      .optional(),
    'lets monitoring read statistics and metrics',
    '$(openssl rand -hex 32)',
  ),
})
