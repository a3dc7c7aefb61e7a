'use client'

import { useClerk } from '@clerk/nextjs'
import { useState } from 'react'
import { button } from './button'

type Props = {
  /** Clerk's name for the provider, such as `google`. */
  provider: string
  /** What to ask the provider for. */
  scopes: readonly string[]
  /** The account to connect again. Default: the only one of this provider. */
  account?: string | undefined
  /** The page to come back to. It must be in the list of app/account/connected. */
  back: '/' | '/account' | '/calendar'
  /** Default: solid. */
  style?: Parameters<typeof button>[0]
  children: string
}

/**
 * Opens the provider's own consent page through Clerk: for a new account, or to renew one and grant what it lacks. Where
 * Clerk wants something else first, such as a choice or the password, it opens the account page.
 */
export function ConnectButton({ provider, scopes, account, back, style, children }: Props) {
  const clerk = useClerk()
  const [pending, setPending] = useState(false)
  const connect = async () => {
    if (pending) return
    setPending(true)
    const address = await consentPage().catch(() => null)
    if (address) window.location.assign(address)
    else await clerk.redirectToUserProfile()
    setPending(false)
  }
  async function consentPage(): Promise<URL | null> {
    const { user } = clerk
    if (!user) return null
    const own = user.externalAccounts.filter(
      (one) => one.provider === provider && (account === undefined || one.id === account),
    )
    const redirectUrl = `${window.location.origin}/account/connected?back=${encodeURIComponent(back)}`
    const request = { redirectUrl, additionalScopes: [...scopes], oidcPrompt: 'consent' }
    const [first, ...others] = own
    if (others.length > 0) return null
    const { verification } = first
      ? await first.reauthorize(request)
      : await user.createExternalAccount({ ...request, strategy: `oauth_${provider}` as 'oauth_google' })
    return verification?.externalVerificationRedirectURL ?? null
  }
  return (
    <button type="button" className={button(style)} onClick={connect} aria-disabled={pending}>
      {children}
    </button>
  )
}
