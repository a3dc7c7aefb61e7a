/** A user of the Backend API with a value in every field. `n` makes the values of two users different. */
export function wholeUser(id: string, n = '1') {
  const of = (field: string) => `${field}-${n}`
  const verification = (strategy: string, object: string) => ({
    ...{ object, status: 'verified', strategy, attempts: 1, expire_at: 2 },
    ...{ nonce: of('secret-nonce'), external_verification_redirect_url: null },
  })
  const times = { created_at: 1, updated_at: 2 }
  const company = {
    ...{ id: of('company'), active: true, email_address: `${of('company')}@canary.example` },
    ...{ provider: 'saml_okta', provider_user_id: of('directory'), last_authenticated_at: 3 },
    ...{ first_name: of('company-given'), last_name: of('company-family') },
    public_metadata: { note: of('company-public') },
    verification: verification('saml', 'verification_saml'),
  }
  const connection = {
    ...{ id: of('connection'), name: of('company-name'), domain: 'canary.example', active: true },
    ...{ provider: 'saml_okta', protocol: 'saml', logo_public_url: '/logo.png', ...times },
    ...{ sync_user_attributes: true, allow_subdomains: true, allow_idp_initiated: true },
    disable_additional_identifications: true,
  }
  return {
    ...{ object: 'user', id, external_id: of('crm'), username: of('username') },
    ...{ first_name: of('given'), last_name: of('family'), locale: of('locale'), timezone: of('zone') },
    ...{ image_url: `https://img.example/${of('image')}`, has_image: true },
    ...{
      primary_email_address_id: 'idn_1',
      primary_phone_number_id: 'idn_2',
      primary_web3_wallet_id: 'idn_3',
    },
    email_addresses: [
      {
        ...{ object: 'email_address', id: 'idn_1', email_address: `${of('first')}@canary.example` },
        ...{ reserved: false, matches_sso_connection: false, ...times },
        verification: verification('email_code', 'verification_otp'),
        linked_to: [{ id: of('linked'), type: 'oauth_google' }],
      },
    ],
    phone_numbers: [
      {
        ...{ object: 'phone_number', id: 'idn_2', phone_number: of('phone'), reserved: false, ...times },
        ...{ reserved_for_second_factor: true, default_second_factor: true },
        verification: verification('phone_code', 'verification_otp'),
        ...{ linked_to: [{ id: of('linked'), type: 'oauth_google' }], backup_codes: [of('secret-code')] },
      },
    ],
    web3_wallets: [
      {
        ...{ object: 'web3_wallet', id: 'idn_3', web3_wallet: of('wallet'), ...times },
        verification: verification('web3_metamask_signature', 'verification_web3'),
      },
    ],
    external_accounts: [
      {
        ...{
          object: 'external_account',
          id: 'idn_4',
          external_account_id: 'eac_1',
          provider: 'oauth_google',
        },
        ...{ identification_id: 'idn_4', provider_user_id: of('google'), approved_scopes: 'email', ...times },
        ...{ email_address: `${of('account')}@canary.example`, phone_number: of('account-phone') },
        ...{ first_name: of('account-given'), last_name: of('account-family'), label: of('label') },
        ...{ username: of('account-name'), image_url: `https://img.example/${of('account-image')}` },
        public_metadata: { note: of('account-public') },
        verification: verification('oauth_google', 'verification_oauth'),
      },
    ],
    enterprise_accounts: [
      {
        ...{ ...company, object: 'enterprise_account', protocol: 'saml' },
        ...{ enterprise_connection_id: of('connection'), enterprise_connection: connection },
      },
    ],
    saml_accounts: [{ ...company, object: 'saml_account', saml_connection: connection }],
    ...{ passkeys: [], organization_memberships: [] },
    ...{ public_metadata: { role: 'expert', note: of('public') }, unsafe_metadata: { note: of('unsafe') } },
    private_metadata: { note: of('secret-private') },
    ...{ password_enabled: true, two_factor_enabled: true, totp_enabled: true, backup_code_enabled: true },
    ...{ create_organization_enabled: true, create_organizations_limit: 3, delete_self_enabled: true },
    ...{ banned: true, locked: true, deprovisioned: true, legal_accepted_at: 4, ...times },
    ...{ last_sign_in_at: 5, last_active_at: 6, mfa_enabled_at: null, mfa_disabled_at: null },
    ...{ lockout_expires_in_seconds: null, verification_attempts_remaining: null },
  }
}
