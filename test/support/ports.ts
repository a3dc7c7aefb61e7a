/** `TEST_PORT_OFFSET=1000` lets two checkouts run the e2e tests at the same time. */
const offset = Number(process.env.TEST_PORT_OFFSET ?? 0)

/** Test files run side by side, one per worker. Vitest numbers the workers from 1. What runs beside Vitest is the last. */
const worker = Number(process.env.VITEST_POOL_ID ?? 9)

/** The app is built for this port and the next four: NEXT_PUBLIC_* values are inlined. No server listens on them. */
export const BUILD_PORT = 4400 + offset
/** The app of this worker; its stand-ins take the next four ports. */
export const E2E_PORT = BUILD_PORT + 10 * worker
/** For the tests of `npm run dev`. */
export const RUN_PORT = 4330 + offset
/** For the app of somebody else that takes parts, and the next four ports. */
export const HOST_PORT = 4340 + offset
/** For the app that tests lookups inside Next, and the next port. */
export const FIXTURE_PORT = 4350 + offset
/** For the two servers of `busy.test.ts`. */
export const BUSY_PORT = 4360 + offset
/** For the two servers of the soak. */
export const SOAK_PORT = 4370 + offset

export const E2E_BUILD = '.next-e2e'
const copyFor = (port: number) => `${E2E_BUILD}-${port}`
/** The build of this worker: the one build, with this worker's ports in it. */
export const E2E_COPY = copyFor(E2E_PORT)
/** Those of Vitest's workers. A run with another offset has others, and so has `npm run screens`. */
export const COPIES_OF_WORKERS = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => copyFor(BUILD_PORT + 10 * n))
/** For the tests of `npm run stand-ins`, and the next four ports. */
export const SERVE_PORT = 4380 + offset
