import { avatarUrl } from './avatar'
import { PERMISSIONS } from './organizations'
import type { Client, ExternalAccount, Membership, Organization, Session, User } from './records'

const verified = (strategy: string, object: string) => ({
  object,
  status: 'verified',
  strategy,
  attempts: null,
  expire_at: 0,
})

/** `url` is the stand-in's address, which serves the avatars. */
export function userJson(user: User, url: string) {
  const avatar = avatarUrl(user, url)
  return {
    ...frontendUserJson(user, url),
    // Only here the `id` of a Google account is its identification's; all other endpoints expect `external_account_id`.
    external_accounts: user.accounts.map((account) => ({
      ...accountJson(account, user, url),
      ...(account.provider === 'oauth_google' && {
        ...{ id: account.identificationId, external_account_id: account.id },
      }),
    })),
    private_metadata: user.privateMetadata,
    saml_accounts: [],
    profile_image_url: avatar,
    banned: user.banned,
    locked: user.locked,
    deprovisioned: user.deprovisioned,
    lockout_expires_in_seconds: null,
    verification_attempts_remaining: 100,
    last_active_at: user.lastActiveAt,
    mfa_enabled_at: null,
    mfa_disabled_at: null,
  }
}

/** A user in the Frontend API, which has no private metadata. */
export function frontendUserJson(user: User, url: string) {
  const linked = (address: string) =>
    user.accounts
      .filter((account) => account.email === address)
      .map((account) => ({ id: account.identificationId, type: account.provider }))
  const { settings } = user
  const times = { created_at: user.createdAt, updated_at: user.createdAt }
  const wallet = { ...verified('web3_metamask_signature', 'verification_web3'), nonce: 'nonce' }
  return {
    object: 'user',
    id: user.id,
    username: user.username,
    first_name: user.firstName,
    last_name: user.lastName,
    image_url: avatarUrl(user, url),
    has_image: true,
    external_id: user.externalId,
    primary_email_address_id: user.emails[0]?.id ?? null,
    primary_phone_number_id: user.phones[0]?.id ?? null,
    primary_web3_wallet_id: user.wallets[0]?.id ?? null,
    password_enabled: settings.passwordEnabled,
    two_factor_enabled: settings.totpEnabled || settings.backupCodeEnabled,
    totp_enabled: settings.totpEnabled,
    backup_code_enabled: settings.backupCodeEnabled,
    email_addresses: user.emails.map(({ id, address }) => ({
      object: 'email_address',
      id,
      email_address: address,
      reserved: false,
      verification: verified('email_code', 'verification_otp'),
      linked_to: linked(address),
      matches_sso_connection: false,
      created_at: user.createdAt,
      updated_at: user.createdAt,
    })),
    phone_numbers: user.phones.map(({ id, number }) => ({
      ...{ object: 'phone_number', id, phone_number: number, reserved: false, linked_to: [] },
      ...{ reserved_for_second_factor: false, default_second_factor: false },
      ...{ verification: verified('phone_code', 'verification_otp'), ...times },
    })),
    web3_wallets: user.wallets.map(({ id, address }) => ({
      ...{ object: 'web3_wallet', id, web3_wallet: address },
      ...{ verification: wallet, ...times },
    })),
    passkeys: [],
    external_accounts: user.accounts.map((account) => accountJson(account, user, url)),
    enterprise_accounts: [],
    organization_memberships: [],
    public_metadata: user.publicMetadata,
    unsafe_metadata: user.unsafeMetadata,
    last_sign_in_at: user.lastSignInAt,
    created_at: user.createdAt,
    updated_at: user.updatedAt,
    delete_self_enabled: settings.deleteSelfEnabled,
    create_organization_enabled: settings.createOrganizationEnabled,
    create_organizations_limit: settings.createOrganizationsLimit,
    legal_accepted_at: settings.legalAcceptedAt,
    locale: settings.locale,
  }
}

/** An account, with the address of the provider's consent page where it has yet to be granted. */
export function accountJson(account: ExternalAccount, user: User, url: string, consent?: string) {
  return {
    object: 'external_account',
    id: account.id,
    provider: account.provider,
    identification_id: account.identificationId,
    provider_user_id: account.providerUserId,
    approved_scopes: account.scopes.join(' '),
    email_address: account.email,
    email_address_verified: true,
    first_name: user.firstName ?? '',
    last_name: user.lastName ?? '',
    image_url: avatarUrl(user, url),
    username: null,
    phone_number: null,
    public_metadata: {},
    label: null,
    created_at: account.createdAt,
    updated_at: account.updatedAt,
    verification: {
      ...verified(account.provider, 'verification_oauth'),
      ...(consent && { status: 'unverified', external_verification_redirect_url: consent }),
    },
  }
}

/** A user in a webhook, where a Google account has another shape and another ID than in the API. */
export function webhookUserJson(user: User, url: string) {
  const json = userJson(user, url)
  return {
    ...json,
    external_accounts: user.accounts.map((account, index) =>
      account.provider === 'oauth_google'
        ? {
            ...accountJson(account, user, url),
            object: 'google_account',
            id: account.identificationId,
            google_id: account.providerUserId,
            given_name: user.firstName ?? '',
            family_name: user.lastName ?? '',
            picture: avatarUrl(user, url),
          }
        : json.external_accounts[index],
    ),
  }
}

export function organizationJson(organization: Organization, url: string) {
  const { id, name, slug, createdBy, publicMetadata, createdAt, updatedAt } = organization
  return {
    ...{ object: 'organization', id, name, slug, image_url: `${url}/avatars/${id}.svg`, has_image: false },
    ...{ max_allowed_memberships: 0, admin_delete_enabled: true, created_by: createdBy },
    ...{
      public_metadata: publicMetadata,
      private_metadata: {},
      created_at: createdAt,
      updated_at: updatedAt,
    },
  }
}

export function membershipJson(membership: Membership, of: Organization, user: User, url: string) {
  const { id, role, createdAt, updatedAt } = membership
  return {
    ...{ object: 'organization_membership', id, role, permissions: PERMISSIONS[role] ?? [] },
    role_name: role === 'org:admin' ? 'Admin' : 'Member',
    ...{ public_metadata: {}, private_metadata: {}, created_at: createdAt, updated_at: updatedAt },
    organization: organizationJson(of, url),
    public_user_data: {
      user_id: user.id,
      ...{ first_name: user.firstName, last_name: user.lastName, has_image: true },
      image_url: avatarUrl(user, url),
      profile_image_url: avatarUrl(user, url),
      identifier: user.emails[0]?.address ?? user.username,
    },
  }
}

export function sessionJson(session: Session) {
  return {
    object: 'session',
    id: session.id,
    client_id: session.clientId,
    user_id: session.userId,
    status: session.status,
    last_active_at: session.lastActiveAt,
    last_active_organization_id: null,
    actor: null,
    tasks: null,
    expire_at: session.expireAt,
    abandon_at: session.expireAt + 23 * 24 * 3600_000,
    created_at: session.createdAt,
    updated_at: session.updatedAt,
  }
}

export function clientJson(client: Client, sessions: unknown[], activeSessionId: string | null) {
  return {
    object: 'client',
    id: client.id,
    sessions,
    last_active_session_id: activeSessionId,
    last_authentication_strategy: null,
    cookie_expires_at: null,
    captcha_bypass: false,
    created_at: client.createdAt,
    updated_at: client.updatedAt,
  }
}
