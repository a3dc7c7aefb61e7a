/** The address of a font, which the build copies into the app. */
declare module '*.woff2' {
  const address: string
  export default address
}
