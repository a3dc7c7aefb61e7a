import { KitError } from '../lookup/errors'

/** Nobody is signed in, or who is may not do this. */
export class AuthError extends KitError<'unauthenticated' | 'forbidden'> {
  readonly status: 401 | 403

  constructor(code: 'unauthenticated' | 'forbidden') {
    super(code, code === 'unauthenticated' ? 'Sign in first.' : 'This needs a role you do not have.')
    this.status = code === 'unauthenticated' ? 401 : 403
  }
}
