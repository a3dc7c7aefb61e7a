import type { ReactNode } from 'react'
import { Bar, CardsToCome, Loading, RowsToCome } from './to-come'

/** A page until it is known whether an admin looks: its title and a list. */
export const PageToCome = ({ title }: { title: string }) => (
  <>
    {/* No heading: one moves the focus to itself. */}
    <p className="mb-6 font-semibold text-2xl tracking-tight">{title}</p>
    <RowsToCome label={title} kind="records" rows={12} />
  </>
)

type HeadProps = { label: string; lines: number; picture?: boolean }

/** A name with its ID, and terms. */
const HeadToCome = ({ label, lines, picture = false }: HeadProps) => (
  <div className="mb-8">
    <Loading label={label}>
      <div className="flex items-start gap-4">
        {picture && <div className="size-14 shrink-0 rounded-full bg-line" />}
        <div className="min-w-0 grow space-y-3 py-1">
          <Bar size="h-6 w-48 max-w-full" />
          <Bar size="w-64 max-w-full" />
        </div>
      </div>
      <div className="mt-3 grid gap-x-6 gap-y-2.5 pt-1 md:grid-cols-2">
        {Array.from({ length: lines }, (_, i) => `line-${i}`).map((key) => (
          <Bar key={key} size="w-56 max-w-full" />
        ))}
      </div>
      {picture && <Bar size="mt-4 mb-1 w-72 max-w-full" />}
    </Loading>
  </div>
)

const Part = ({ title, children }: { title: string; children: ReactNode }) => (
  <section>
    <h2 className="mb-3 font-semibold text-lg">{title}</h2>
    {children}
  </section>
)

/** The page of a user, until it is known who it is. */
export const UserToCome = () => (
  <>
    <HeadToCome label="User" lines={6} picture />
    <div className="space-y-10">
      <Part title="Connections">
        <ConnectionsToCome />
      </Part>
      <Part title="Cache">
        <EntriesToCome />
      </Part>
    </div>
  </>
)

const ACCOUNT = 'h-73.5 md:h-49.5 xl:h-61.5'

export const ConnectionsToCome = () => (
  <CardsToCome label="Connections" heights={[ACCOUNT, ACCOUNT]} side="xl:grid-cols-2" />
)

export const EntriesToCome = () => <CardsToCome label="Cache" heights={['h-118']} />

/** The page of an organization, until it is known which it is. */
export const OrganizationToCome = () => (
  <>
    <HeadToCome label="Organization" lines={4} />
    <div className="space-y-10">
      <Part title="Cache">
        <CardsToCome label="Cache" heights={['h-46']} />
      </Part>
      <Part title="Members">
        <RowsToCome label="Members" kind="members" rows={4} />
      </Part>
    </div>
  </>
)
