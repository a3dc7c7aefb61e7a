// What the guides use of packages that an app may add and the kit does not have, as their documentation types it.
declare module '@vercel/otel' {
  export function registerOTel(configuration: { serviceName: string }): void
}
declare module '@sentry/nextjs' {
  export function init(options: { dsn: string | undefined; sendDefaultPii?: boolean }): void
  export const captureRequestError: import('next/types').Instrumentation.onRequestError
}
