'use client'

import { useClerk, useUser } from '@clerk/nextjs'
import { usePathname } from 'next/navigation'
import { button } from './button'
import { isAdmin } from './nav'
import { signOut, switchAccount, useReloadWithoutUser } from './sign-out'

const item = 'block w-full rounded px-3 py-2 text-start text-sm hover:bg-page'

/** Not beside Clerk's own buttons, on the pages to sign in and up. */
function SignInButton() {
  const clerk = useClerk()
  if (/^\/sign-(in|up)(\/|$)/.test(usePathname())) return null
  // Without Clerk's script the button could do nothing. The page says so, and loads the script again.
  if (clerk.status === 'error')
    return (
      <a href="/sign-in" className={button()}>
        Sign in
      </a>
    )
  return (
    <button type="button" className={button()} onClick={() => clerk.redirectToSignIn()}>
      Sign in
    </button>
  )
}

/**
 * As wide as the avatar on small screens, where the header has no room to spare. The static shell does not know the address
 * of the page, so CSS hides it on the pages to sign in and up, which have neither the button nor the menu.
 */
const Placeholder = () => (
  <div className="h-9 w-10 p-0.5 @min-[48rem]:w-24" aria-hidden>
    <div className="in-[body:has([data-clerk-page])]:hidden size-8 rounded-full bg-line" />
  </div>
)

/** A sign-in button, or the signed-in user's menu. The pages it opens are Clerk's own, except the profile. */
export function AccountMenu() {
  const clerk = useClerk()
  const { isLoaded, user } = useUser()
  useReloadWithoutUser()

  if (!user) return isLoaded || clerk.status === 'error' ? <SignInButton /> : <Placeholder />
  const name = user.fullName ?? user.username ?? 'Account'
  const email = user.primaryEmailAddress?.emailAddress
  return (
    <>
      <button
        type="button"
        popoverTarget="account-menu"
        className="flex items-center gap-2 rounded-full p-1 text-sm hover:bg-page @min-[48rem]:pr-3"
        aria-label={`Account of ${name}`}
      >
        {/* biome-ignore lint/performance/noImgElement: Clerk serves avatars in the size asked for */}
        <img src={user.imageUrl} alt="" width={32} height={32} className="size-8 rounded-full bg-line" />
        <span dir="auto" className="hidden max-w-40 truncate text-left @min-[48rem]:block">
          {name}
        </span>
      </button>
      <div
        id="account-menu"
        popover="auto"
        className="fixed inset-auto top-[3.75rem] right-[max(0.5rem,calc((100vw-64rem)/2+1.5rem))] in-[body:has([data-wide])]:right-[max(0.5rem,calc((100vw-80rem)/2+1.5rem))] m-0 max-h-[calc(100dvh-4rem)] w-60 max-w-[calc(100vw-1rem)] overflow-y-auto rounded-lg border border-field bg-surface p-1 text-ink shadow-lg"
      >
        <div className="mb-1 border-line border-b px-3 py-2 text-sm">
          <p dir="auto" className="wrap-anywhere text-left font-medium">
            {name}
          </p>
          {email && <p className="wrap-anywhere text-soft">{email}</p>}
        </div>
        {isAdmin(user) && (
          <a href="/dashboard" className={item}>
            Dashboard
          </a>
        )}
        <a href="/profile" className={item}>
          Profile
        </a>
        <a href="/account" className={item}>
          Connections
        </a>
        <a href="/organizations" className={item}>
          Organizations
        </a>
        <button type="button" className={item} onClick={() => clerk.redirectToUserProfile()}>
          Manage account
        </button>
        <hr className="my-1 border-line" />
        <button type="button" className={item} onClick={() => switchAccount(clerk)}>
          Switch account
        </button>
        <button type="button" className={item} onClick={() => signOut(clerk)}>
          Sign out
        </button>
      </div>
    </>
  )
}
