import { PanelNote } from '@/components/panel'
import type { Chosen } from '../chosen'
import { Entry } from './entry'
import { SearchForm } from './search-form'

/** Finds a user, and shows what the cache holds of them. */
export async function LookupPanel({ chosen }: { chosen: Promise<Chosen> }) {
  const { asked, user } = await chosen
  return (
    <div className="space-y-4">
      <SearchForm />
      {user && <div>{await Entry({ user })}</div>}
      {!user && (
        <PanelNote title={asked ? 'There is no such user' : 'Nobody chosen'}>
          Whoever is looked up is shown with what the cache holds of them, and with their accounts under{' '}
          <a href="#integrations" className="underline">
            Integrations
          </a>
          .
        </PanelNote>
      )}
    </div>
  )
}
