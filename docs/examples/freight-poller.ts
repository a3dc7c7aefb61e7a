import { defineServiceToken, type ServiceToken } from '../../lib/cache/service-token-cache'

/** A freight API that gives a token of twelve hours for a user name and a password. */
export interface FreightApi {
  url: string
  username: string
  password: string
}

/** Declare it once, at the top of a module. The function reads the credentials when they are needed, and not before. */
export const defineFreightToken = (api: () => FreightApi): ServiceToken =>
  defineServiceToken({
    name: 'freight',
    async fetchToken({ signal }) {
      const { url, username, password } = api()
      const response = await fetch(`${url}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'password', username, password }),
        signal,
      })
      if (!response.ok) throw Object.assign(new Error('refused'), { code: `http_${response.status}` })
      const { access_token, expires_in } = await response.json()
      return { token: access_token, expiresIn: expires_in }
    },
  })

/** One round of a poller that runs every quarter of an hour: the token comes from Redis, or once in twelve hours not. */
export const pollShipments = (token: ServiceToken, { url }: FreightApi): Promise<unknown> =>
  token.use(async (current) => {
    const response = await fetch(`${url}/shipments`, {
      headers: { authorization: `Bearer ${current.reveal()}` },
    })
    return response.ok ? response.json() : response
  })
