import { scopesMissing } from '~/lib/clerk-cache/cache/tokens/judgement'
import { record, text } from '~/lib/clerk-cache/clerk/json'
import type { Provider } from '~/lib/clerk-cache/integrations/providers'

export const dropbox: Provider = {
  ...{ id: 'dropbox', name: 'Dropbox', api: 'https://api.dropboxapi.com/2' },
  probe: { path: '/users/get_current_account', body: null },
  icon: 'M6 2 0 6l6 4 6-4zm12 0-6 4 6 4 6-4zM0 14l6 4 6-4-6-4zm18-4-6 4 6 4 6-4zM6 19l6 4 6-4-6-4z', // 24 by 24
  ...{ requiredScopes: ['files.metadata.read'], optionalScopes: [] },
  async judge({ json }) {
    const needed = text(record(record(await json()).error).required_scope) // a 401, but not a refusal
    return needed ? scopesMissing([needed]) : undefined // undefined: another 401 is a refusal, as everywhere
  },
}
