/** Lines of a list on a page. */
export const SHOWN = 25
