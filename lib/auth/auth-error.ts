import { KitError } from '../lookup/errors'

/** The caller is not signed in, or the signed-in user does not have the role. */
export class AuthError extends KitError<'unauthenticated' | 'forbidden'> {
  static override readonly kind: string = 'AuthError'
  constructor(code: 'unauthenticated' | 'forbidden') {
    super(code, code === 'unauthenticated' ? 'Sign in first.' : 'This needs a role you do not have.')
  }
}
