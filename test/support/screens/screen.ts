import type { Page } from 'playwright-core'
import type { StandIns } from '../../../local/stand-ins'

/** One page of the app in one state. */
export interface Screen {
  name: string
  path: string
  /** Who is signed in. Default: nobody. */
  as?: string | undefined
  /** Prepares the browser before it opens the page. */
  before?(page: Page): Promise<unknown>
  /** What people do before the picture is taken. */
  act?(page: Page): Promise<unknown>
  /** Text of 200 % on half of the usual widths. */
  large?: boolean
  /** The picture is taken while the page is loading. */
  early?: boolean
}

/** Screens that need the services in the same state. The app is started again before each group. */
export interface Group {
  name: string
  /** Environment variables of the app. */
  env?: Record<string, string>
  /** Makes the data. */
  arrange?(standIns: StandIns): Promise<unknown>
  screens(standIns: StandIns): Promise<Screen[]>
  /** What somebody opens before something breaks, so that they are signed in and cached. */
  before?: Screen
  /** Breaks something. */
  fail?(standIns: StandIns): Promise<unknown>
}
