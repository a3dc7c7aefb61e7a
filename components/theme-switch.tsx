'use client'

import { useSyncExternalStore } from 'react'
import { onThemeChange, THEME_CHANGED } from './theme'
import { THEME_KEY } from './theme-script'

const themes = [
  ['system', 'System'],
  ['light', 'Light'],
  ['dark', 'Dark'],
] as const

type Theme = (typeof themes)[number][0]

function chosen(): Theme {
  const { theme } = document.documentElement.dataset
  return theme === 'light' || theme === 'dark' ? theme : 'system'
}

function choose(theme: Theme) {
  if (theme === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme
  try {
    if (theme === 'system') localStorage.removeItem(THEME_KEY)
    else localStorage.setItem(THEME_KEY, theme)
  } catch {
    // Storage is switched off in this browser: the choice holds for this page.
  }
  window.dispatchEvent(new Event(THEME_CHANGED))
}

/** Light, dark, or what the system has (default). The choice is stored in this browser. */
export function ThemeSwitch() {
  const theme = useSyncExternalStore<Theme>(onThemeChange, chosen, () => 'system')
  return (
    <fieldset className="flex rounded-lg border border-line bg-surface p-0.5 text-sm">
      <legend className="sr-only">Theme</legend>
      {themes.map(([value, label]) => (
        <label
          key={value}
          className="cursor-pointer rounded-md px-2.5 py-1 text-soft has-checked:bg-page has-checked:font-medium has-checked:text-ink has-checked:inset-ring has-checked:inset-ring-field has-focus-visible:outline-2 has-focus-visible:outline-brand"
        >
          <input
            type="radio"
            name="theme"
            className="sr-only"
            checked={theme === value}
            onChange={() => choose(value)}
          />
          {label}
        </label>
      ))}
    </fieldset>
  )
}
