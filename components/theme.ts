/** Dispatched on the window when the visitor chooses a theme. */
export const THEME_CHANGED = 'theme-changed'

/** Calls back when the colors of the page change: by the visitor's choice, or the system's. Returns what ends it. */
export function onThemeChange(listener: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  system.addEventListener('change', listener)
  window.addEventListener(THEME_CHANGED, listener)
  return () => {
    system.removeEventListener('change', listener)
    window.removeEventListener(THEME_CHANGED, listener)
  }
}
