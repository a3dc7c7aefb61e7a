/** The users that the stand-in of Clerk has. */
export const ids = Array.from({ length: 100 }, (_, i) => `user_bench${String(i).padStart(4, '0')}`)

/** Users on a page: its author and a list. */
const SHOWN = 13

/** Those of the page with this number, distinct ones. */
export const shownOn = (page: number) =>
  Array.from({ length: SHOWN }, (_, i) => ids[(page * 7 + i * 5) % ids.length] ?? '')
