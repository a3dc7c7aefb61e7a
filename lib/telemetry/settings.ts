import { about, defineSettings, oneOf } from '../env'

export const logSettings = defineSettings({
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .meta(about('the least severe line that is logged', 'info')),
  LOG_FORMAT: oneOf(['json', 'pretty'])
    .default('json')
    .meta(about('how a line of the log is written; pretty is for people', 'json')),
})
