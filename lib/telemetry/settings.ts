import { about, defineSettings, oneOf } from '../env'

export const logSettings = defineSettings({
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .meta(about('the least severe line that is logged', 'info')),
})
