import { defineSettings, pathOrAddress, variable } from '../../env'

export const tokenSettings = defineSettings({
  ACCOUNT_URL: variable(
    pathOrAddress.default('/account'),
    'the page where people connect their accounts',
    '/account',
  ),
})

/** The page where people connect their accounts. @throws ConfigurationError */
export const accountPage = (): string => tokenSettings().ACCOUNT_URL
