import { PROVIDERS } from './providers'

/** The first answer clerk-js asks for: where the hosted pages are. It has defaults for everything left out. */
export function environmentJson(urls: { signIn: string; account: string; app: string }) {
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
      application_name: 'Clerk, locally',
      instance_environment_type: 'production',
      home_url: urls.app,
      sign_in_url: urls.signIn,
      sign_up_url: urls.signIn,
      user_profile_url: urls.account,
      after_sign_in_url: urls.app,
      after_sign_up_url: urls.app,
      after_sign_out_one_url: urls.app,
      after_sign_out_all_url: urls.app,
      after_switch_session_url: urls.app,
    },
    user_settings: {
      attributes: {},
      social: Object.fromEntries(
        PROVIDERS.map(({ id, name }) => [id, { enabled: true, authenticatable: true, strategy: id, name }]),
      ),
    },
    organization_settings: { enabled: false },
    maintenance_mode: false,
  }
}
