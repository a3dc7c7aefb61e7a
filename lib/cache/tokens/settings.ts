import { defineSettings, parseUrl, text, variable } from '../../env'

/** Where a link leads that users click. What a browser would take for a path must be one: `//host` is not. */
export const pathOrAddress = text.refine((value) => {
  const base = 'https://path.invalid'
  const url = parseUrl(value, base)
  return value.startsWith('/') ? url?.origin === base : url !== undefined && /^https?:\/\//.test(value)
}, 'must be a path or an http(s) address')

export const tokenSettings = defineSettings({
  ACCOUNT_URL: variable(
    pathOrAddress.default('/account'),
    'the page where people connect their accounts',
    '/account',
  ),
})

/** The page where people connect their accounts. @throws ConfigurationError */
export const accountPage = (): string => tokenSettings().ACCOUNT_URL
