import { z } from 'zod'
import { defineSettings, variable } from '../env'

export const opsSettings = defineSettings({
  OPS_TOKEN: variable(
    z.string().min(16, 'must have at least 16 characters').optional(),
    'lets monitoring read statistics and metrics',
    '$(openssl rand -hex 32)',
  ),
})
