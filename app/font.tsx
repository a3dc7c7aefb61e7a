import geistLatin from '@fontsource-variable/geist/files/geist-latin-wght-normal.woff2'

/**
 * Lets the browser fetch the font with the page, not only after the style sheet, so that the first paint has it. Only
 * the Latin file: every page has its characters.
 */
export const FontPreload = () => (
  <link rel="preload" href={geistLatin} as="font" type="font/woff2" crossOrigin="anonymous" />
)
