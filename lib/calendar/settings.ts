import { defineSettings, httpAddress, onOrOff, variable } from '../env'

export const googleSettings = defineSettings({
  GOOGLE_API_BASE_URL: variable(
    httpAddress.default('https://www.googleapis.com'),
    "the address of Google's APIs",
    'https://www.googleapis.com',
  ),
  CALENDAR_TOKEN_ROUTE: variable(
    onOrOff.default(true),
    'whether GET /api/calendar/token returns users their own Google token',
    'off',
  ),
})
