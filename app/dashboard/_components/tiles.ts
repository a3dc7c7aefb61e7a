/** A grid of five tiles: two and three in a row, or all five. */
export const TILES =
  'grid grid-cols-2 gap-3 *:rounded-xl *:border *:border-line *:bg-surface *:first:col-span-2 sm:grid-cols-6 sm:*:col-span-2 sm:*:first:col-span-3 sm:*:nth-2:col-span-3 xl:grid-cols-5 xl:*:col-span-1 xl:*:first:col-span-1 xl:*:nth-2:col-span-1'
