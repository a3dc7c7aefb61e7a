import type { Endpoint, Parts } from './endpoint'
import { organizationEndpoints } from './organization-endpoints'
import { sessionEndpoints } from './session-endpoints'
import { userEndpoints } from './user-endpoints'

/** The endpoints of the Backend API that the stand-in has. */
export function backendEndpoints(parts: Parts): Endpoint[] {
  const { keys, appUrl } = parts
  return [
    ...userEndpoints(parts),
    ...sessionEndpoints(parts),
    ...organizationEndpoints(parts),
    { method: 'GET', path: '/jwks', answer: () => keys.jwks },
    {
      method: 'GET',
      path: '/instance',
      answer: () => ({
        object: 'instance',
        id: 'ins_localStandIn',
        environment_type: 'production',
        allowed_origins: [appUrl],
        workspace_id: null,
      }),
    },
  ]
}
