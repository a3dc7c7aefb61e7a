/**
 * The fields of a form that an action got. Whoever calls an action by hand can send any value in place of the form; that
 * has no fields, and so is refused like a form without them.
 */
export const fieldsOf = (form: unknown): Record<string, unknown> =>
  form instanceof FormData ? Object.fromEntries(form) : {}
