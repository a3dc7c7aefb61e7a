import { defineSettings, httpAddress, variable } from '../env'

export const googleSettings = defineSettings({
  GOOGLE_API_BASE_URL: variable(
    httpAddress.default('https://www.googleapis.com'),
    "the address of Google's APIs",
    'https://www.googleapis.com',
  ),
})
