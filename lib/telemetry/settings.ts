import { defineSettings, oneOf, settingsSource, variable } from '../env'

/** True on platforms that stop an instance once it has answered: Vercel, AWS Lambda and what is built on it, Cloud Run. */
export const stopsBetweenRequests = ['VERCEL', 'AWS_LAMBDA_FUNCTION_NAME', 'K_SERVICE'].some(
  (name) => settingsSource()[name],
)

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
