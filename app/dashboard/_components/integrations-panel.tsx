import { PanelNote } from '@/components/panel'
import type { Chosen } from '../chosen'
import { Providers } from './provider-overview'
import { UserIntegrations } from './user-integrations'

/** How the providers fare for everybody, then for the chosen user. */
export async function IntegrationsPanel({ chosen }: { chosen: Promise<Chosen> }) {
  const { asked, user } = await chosen
  return (
    <div className="space-y-6">
      <div>{await Providers()}</div>
      {user && <div>{await UserIntegrations({ user })}</div>}
      {asked && !user && (
        <PanelNote title="There is no such user">Nobody goes by what the page’s address asks for.</PanelNote>
      )}
      {!asked && (
        <p className="text-soft text-sm">
          To see one user’s accounts and refresh or disconnect them,{' '}
          <a href="#lookup" className="underline">
            look them up
          </a>
          .
        </p>
      )}
    </div>
  )
}
