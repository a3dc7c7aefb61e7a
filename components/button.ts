const styles = {
  solid: 'bg-brand text-on-brand hover:opacity-90',
  danger: 'bg-bad text-on-brand hover:opacity-90',
  'outline-danger': 'border border-line bg-surface text-bad hover:bg-page',
  outline: 'border border-line bg-surface text-ink hover:bg-page',
  waiting: 'cursor-default border border-line bg-page text-soft',
}

/** The classes of a button, for buttons and for links that look like one. */
export const button = (style: keyof typeof styles = 'solid') =>
  `inline-flex h-9 shrink-0 items-center whitespace-nowrap justify-center rounded-md px-3 sm:px-4 font-medium text-sm ${styles[style]}`
