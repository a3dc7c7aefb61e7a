import { PROVIDERS } from './providers'

const attribute = (more: object = {}) => ({
  ...{ enabled: true, required: false, used_for_first_factor: false, first_factors: [] },
  ...{ used_for_second_factor: false, second_factors: [], verifications: [], verify_at_sign_up: false },
  ...more,
})

/** The first answer clerk-js asks for: where the hosted pages are. It has defaults for everything left out. */
export function environmentJson(urls: { signIn: string; signUp: string; account: string; app: string }) {
  return {
    object: 'environment',
    id: 'env_localStandIn',
    auth_config: {
      object: 'auth_config',
      id: 'aconf_localStandIn',
      single_session_mode: true,
      claimed_at: null,
      reverification: false,
    },
    display_config: {
      object: 'display_config',
      id: 'dconf_localStandIn',
      application_name: 'Clerk cache kit',
      instance_environment_type: 'production',
      home_url: urls.app,
      sign_in_url: urls.signIn,
      sign_up_url: urls.signUp,
      user_profile_url: urls.account,
      after_sign_in_url: urls.app,
      after_sign_up_url: urls.app,
      after_sign_out_one_url: urls.app,
      after_sign_out_all_url: urls.app,
      after_switch_session_url: urls.app,
    },
    user_settings: {
      attributes: {
        email_address: {
          ...attribute({ required: true, used_for_first_factor: true, verify_at_sign_up: true }),
          ...{ first_factors: ['email_code'], verifications: ['email_code'] },
        },
        username: attribute({ used_for_first_factor: true }),
        first_name: attribute(),
        last_name: attribute(),
      },
      sign_in: { second_factor: { required: false, enabled: false } },
      sign_up: { mode: 'public', progressive: true, captcha_enabled: false, legal_consent_enabled: false },
      // They can be connected, on the account page. Nobody signs in with them.
      social: Object.fromEntries(
        PROVIDERS.map(({ id, name }) => [id, { enabled: true, authenticatable: false, strategy: id, name }]),
      ),
    },
    organization_settings: { enabled: false },
    maintenance_mode: false,
  }
}
