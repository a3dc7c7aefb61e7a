import { about, defineSettings, httpAddress } from '../env'

export const googleSettings = defineSettings({
  GOOGLE_API_BASE_URL: httpAddress
    .default('https://www.googleapis.com')
    .meta(about("the address of Google's APIs", 'https://www.googleapis.com')),
})
