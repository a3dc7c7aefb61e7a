import { compiler, type MarkdownToJSX } from 'markdown-to-jsx/react'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { addressOf, slugify } from './guide'

function GuideLink({ href = '', children }: { href?: string; children?: ReactNode }) {
  const address = addressOf(href)
  // Another file of the repository.
  if (address === undefined) return children
  const look = 'text-accent underline underline-offset-2'
  return address.startsWith('/') ? (
    <Link href={address} className={look}>
      {children}
    </Link>
  ) : (
    <a href={address} className={look}>
      {children}
    </a>
  )
}

const scrolls = { tabIndex: 0 }
const options: MarkdownToJSX.Options = {
  slugify,
  forceBlock: true,
  forceWrapper: true,
  disableParsingRawHTML: true,
  // Addresses are checked by `addressOf`.
  sanitizer: (address) => address,
  wrapper: 'div',
  overrides: {
    a: GuideLink,
    // Files of the repository, which the app does not serve.
    img: () => null,
    h1: { props: { className: 'pb-2 font-semibold text-2xl tracking-tight sm:text-3xl' } },
    h2: { props: { className: 'wrap-anywhere pt-6 font-semibold text-xl' } },
    h3: { props: { className: 'wrap-anywhere pt-3 font-semibold text-base' } },
    p: { props: { className: 'wrap-anywhere' } },
    ul: { props: { className: 'list-disc space-y-2 ps-6' } },
    ol: { props: { className: 'list-decimal space-y-2 ps-6' } },
    code: { props: { className: 'wrap-anywhere text-[0.9em]' } },
    pre: {
      props: {
        ...scrolls,
        className: 'scrolls rounded-xl border border-line p-4 text-sm',
      },
    },
    table: {
      component: ({ children }: { children?: ReactNode }) => (
        <div {...scrolls} className="scrolls rounded-xl border border-line">
          <table className="w-full text-start text-sm [&_code]:wrap-normal">{children}</table>
        </div>
      ),
    },
    th: { props: { scope: 'col', className: 'px-4 py-2.5 text-start font-medium text-soft' } },
    td: { props: { className: 'min-w-32 border-line border-t px-4 py-2.5 align-top' } },
  },
}

/** A guide as elements. HTML in it is shown as text, and comments are left out. */
export const Markdown = ({ text }: { text: string }) => (
  <div className="min-w-0 max-w-3xl text-pretty [&>div]:space-y-4">
    {compiler(text.replace(/<!--[\s\S]*?-->/g, ''), options)}
  </div>
)
