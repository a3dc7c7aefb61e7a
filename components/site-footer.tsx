import { ThemeSwitch } from './theme-switch'

const links = [
  ['/experts', 'Experts'],
  ['/guides', 'Guides'],
  ['/api/health', 'Health'],
] as const

const FOOTER =
  'mx-auto flex max-w-5xl in-[body:has([data-wide])]:max-w-7xl flex-wrap items-center gap-x-6 gap-y-4 px-4 py-6 sm:px-6'

export function SiteFooter() {
  return (
    <footer className="border-line border-t bg-surface text-soft text-sm">
      <div className={FOOTER}>
        <p>Clerk cache kit, MIT license</p>
        <nav aria-label="Footer" className="flex grow flex-wrap gap-x-5 gap-y-2">
          {links.map(([href, label]) => (
            // Full page loads, as in the header.
            <a key={href} href={href} className="py-1 hover:text-ink">
              {label}
            </a>
          ))}
        </nav>
        <ThemeSwitch />
      </div>
    </footer>
  )
}
