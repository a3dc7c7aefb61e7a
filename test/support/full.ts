import type { Look } from './stage'

/** `FULL_TESTS=1`, as in `.ci/run`: every page in every look, every first request, and the whole load of webhooks. */
const full = process.env.FULL_TESTS === '1'

export const fullOr = <T>(whole: T, usual: T): T => (full ? whole : usual)

/** Two of the four show each width and each color scheme once. */
export const looks: readonly Look[] = fullOr<Look[]>(
  [
    { width: 1280, colorScheme: 'light' },
    { width: 1280, colorScheme: 'dark' },
    { width: 375, colorScheme: 'light' },
    { width: 375, colorScheme: 'dark' },
  ],
  [
    { width: 1280, colorScheme: 'light' },
    { width: 375, colorScheme: 'dark' },
  ],
)

/** For what only a nightly run does: installs, builds and runs with other versions. */
export const isNightly = process.env.NIGHTLY_TESTS === '1'
