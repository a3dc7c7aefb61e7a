import { allow } from './body'
import { type Endpoint, id, listed, type Parts } from './endpoint'
import { ClerkError, notFound } from './errors'
import { sessionJson } from './json'

export function sessionEndpoints({ state, keys, appUrl }: Parts): Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/sessions',
      answer: ({ query }) => {
        const wanted = {
          userId: query.get('user_id'),
          clientId: query.get('client_id'),
          status: query.get('status'),
        }
        const found = [...state.sessions.keys()]
          .map(state.session)
          .filter(
            (session) =>
              (wanted.userId === null || session.userId === wanted.userId) &&
              (wanted.clientId === null || session.clientId === wanted.clientId) &&
              (wanted.status === null || session.status === wanted.status),
          )
          .reverse()
        return listed(found.map(sessionJson), query)
      },
    },
    {
      method: 'POST',
      path: '/sessions',
      answer: ({ body }) => {
        allow(body, ['user_id', 'active_organization_id'])
        if (typeof body.user_id !== 'string')
          throw new ClerkError(422, 'form_param_missing', 'is missing', {
            longMessage: 'user_id must be included.',
            param: 'user_id',
          })
        return sessionJson(state.signIn(body.user_id).session)
      },
    },
    {
      method: 'GET',
      path: '/sessions/{session_id}',
      answer: ({ params }) => sessionJson(state.session(id(params.session_id))),
    },
    {
      method: 'POST',
      path: '/sessions/{session_id}/revoke',
      answer: ({ params }) => sessionJson(state.endSession(id(params.session_id), 'revoked')),
    },
    {
      method: 'POST',
      path: '/sessions/{session_id}/tokens',
      answer: async ({ params, body }) => {
        allow(body, ['expires_in_seconds'])
        const session = state.session(id(params.session_id))
        if (session.status !== 'active') throw notFound('active session', session.id)
        const lifetime = typeof body.expires_in_seconds === 'number' ? body.expires_in_seconds : undefined
        return { object: 'token', jwt: await keys.sign(session, appUrl, state.now(), lifetime) }
      },
    },
  ]
}
