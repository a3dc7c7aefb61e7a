import { defineSettings, oneOf, variable } from '../env'

export const logSettings = defineSettings({
  LOG_LEVEL: variable(
    oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    'the least severe line that is logged',
    'info',
  ),
  LOG_FORMAT: variable(
    oneOf(['json', 'pretty']).default('json'),
    'how a line of the log is written; pretty is for people',
    'json',
  ),
})
