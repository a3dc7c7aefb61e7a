import { PanelNote } from '@/components/panel'
import type { SelectedUser } from '@/lib/dashboard/panels.server'
import { Entry } from './entry'
import { SearchForm } from './search-form'

type Props = { selection: Promise<SelectedUser | null | undefined> }

/** Finds a user, and shows the user's cache entry. */
export async function LookupPanel({ selection }: Props) {
  const selected = await selection
  return (
    <div className="space-y-4">
      <SearchForm />
      {selected ? (
        <Entry {...selected} />
      ) : (
        <PanelNote title={selected === null ? 'User not found' : 'No user selected'}>
          Look up a user to see the cache entry here, and the connected accounts under{' '}
          <a href="#integrations" className="underline">
            Integrations
          </a>
          .
        </PanelNote>
      )}
    </div>
  )
}
