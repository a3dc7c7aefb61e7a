/**
 * The fields of a form that an action received. Somebody who calls an action by hand can send any value in place of the
 * form: it has no fields, so the action refuses it like an empty form.
 */
export const fieldsOf = (form: unknown): Record<string, unknown> =>
  form instanceof FormData ? Object.fromEntries(form) : {}
