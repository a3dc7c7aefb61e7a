import { z } from 'zod'
import { about, defineSettings } from '../env'

export const opsSettings = defineSettings({
  OPS_TOKEN: z
    .string()
    .min(16, 'must have at least 16 characters')
    .optional()
    .meta(about('lets monitoring read statistics and metrics', '$(openssl rand -hex 32)')),
})
