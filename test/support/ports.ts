/** `TEST_PORT_OFFSET=100` lets the browser tests of two checkouts run at the same time. */
const offset = Number(process.env.TEST_PORT_OFFSET ?? 0)

/** The e2e build has these ports inlined (NEXT_PUBLIC_*), so they are fixed: this one and the next three. */
export const E2E_PORT = 4310 + offset
/** Of the tests of `npm run dev`. */
export const RUN_PORT = 4330 + offset
/** Of the app that tests the engine inside Next, and the next one. */
export const FIXTURE_PORT = 4350 + offset
