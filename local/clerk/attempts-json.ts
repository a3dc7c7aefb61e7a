import { avatarUrl } from './avatar'
import type { User } from './records'

/** Somebody at the sign-in component. */
export interface SignIn {
  id: string
  clientId: string
  status: 'needs_identifier' | 'needs_first_factor' | 'complete'
  identifier: string | null
  user: User | undefined
  isPrepared: boolean
  sessionId: string | null
}

/** Somebody at the sign-up component. */
export interface SignUp {
  id: string
  clientId: string
  status: 'missing_requirements' | 'complete'
  emailAddress: string | null
  firstName: string | null
  lastName: string | null
  isPrepared: boolean
  userId: string | null
  sessionId: string | null
}

const TEN_MINUTES = 10 * 60_000

const verification = (status: 'unverified' | 'verified', expireAt: number) => ({
  ...{ object: 'verification_otp', status, strategy: 'email_code', attempts: 0, expire_at: expireAt },
})

export function signInJson(attempt: SignIn, url: string, now: number) {
  const { id, status, identifier, user, isPrepared, sessionId } = attempt
  const email = user?.emails[0]
  const done = status === 'complete'
  return {
    ...{ object: 'sign_in', id, status, identifier, created_session_id: sessionId },
    supported_identifiers: ['email_address', 'username'],
    supported_first_factors: email
      ? [
          {
            ...{ strategy: 'email_code', email_address_id: email.id, primary: true },
            safe_identifier: email.address,
          },
        ]
      : [],
    first_factor_verification: isPrepared
      ? verification(done ? 'verified' : 'unverified', now + TEN_MINUTES)
      : null,
    ...{ supported_second_factors: null, second_factor_verification: null },
    user_data: user
      ? {
          ...{ first_name: user.firstName, last_name: user.lastName, has_image: true },
          image_url: avatarUrl(user, url),
        }
      : null,
  }
}

export function signUpJson(attempt: SignUp, now: number) {
  const { id, status, emailAddress, firstName, lastName, isPrepared, userId, sessionId } = attempt
  const done = status === 'complete'
  return {
    ...{ object: 'sign_up', id, status, created_user_id: userId, created_session_id: sessionId },
    ...{ required_fields: ['email_address'], optional_fields: ['first_name', 'last_name'] },
    missing_fields: emailAddress ? [] : ['email_address'],
    unverified_fields: emailAddress && !done ? ['email_address'] : [],
    verifications: {
      email_address: emailAddress
        ? {
            ...verification(done ? 'verified' : 'unverified', now + TEN_MINUTES),
            next_action: done ? '' : isPrepared ? 'needs_attempt' : 'needs_prepare',
            supported_strategies: ['email_code'],
          }
        : null,
      ...{ phone_number: null, web3_wallet: null, external_account: null },
    },
    ...{ username: null, phone_number: null, web3_wallet: null, has_password: false },
    ...{ email_address: emailAddress, first_name: firstName, last_name: lastName },
    ...{ unsafe_metadata: {}, public_metadata: {}, external_id: null, legal_accepted_at: null },
    abandon_at: now + 24 * 3600_000,
  }
}
