import { button } from './button'

/** A link that loads the page again. */
export const TryAgain = () => (
  // biome-ignore lint/a11y/useValidAnchor: an empty address is that of this page, and works before any script has loaded
  <a href="" className={button('outline')}>
    Try again
  </a>
)
