import type { ReactNode } from 'react'
import { PanelNote } from '@/components/panel'
import { TryAgain } from '@/components/try-again'
import { Linked } from './linked'

/** What is wrong with a service, and what ends it. */
export interface Cause {
  unavailable: string
  fix: string
}

type Props = Cause & {
  /** What is missing, such as `Webhooks`. */
  what: string
  /** What works meanwhile. */
  meanwhile?: ReactNode
  /** Seconds before trying again can help. Default: 0. Null: it cannot help. */
  wait?: number | null
  /** Whether the other panels of the page say the same, because it is about Redis. Default: true. */
  once?: boolean
}

/** Shown instead of data that a service does not return: what is missing and why, what works, and what to do. */
export const Unavailable = ({ what, meanwhile, unavailable, fix, wait = 0, once = true }: Props) => (
  <PanelNote title={`${what} cannot be shown`} tone="bad">
    <p>
      {unavailable}. {meanwhile}
    </p>
    <div {...(once && { 'data-once': true })}>
      {fix && (
        <p className="mt-2">
          <Linked text={fix} />
        </p>
      )}
      {wait !== null && (
        <div className="mt-3">
          <TryAgain wait={wait} />
        </div>
      )}
    </div>
  </PanelNote>
)
