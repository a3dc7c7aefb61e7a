import { createHash } from 'node:crypto'
import { html, raw } from 'hono/html'
import { avatarUrl } from './avatar'
import { type OfferedProvider, offeredProvider } from './providers'
import type { ExternalAccount, User } from './records'

const nameOf = (user: User) =>
  [user.firstName, user.lastName].filter(Boolean).join(' ') || user.username || user.id

function scopeBoxes({ offered }: OfferedProvider, granted: string[]) {
  return offered.map(
    ({ scope, label }) => html`<label class="box">
      <input type="checkbox" name="scope" value="${scope}" ${granted.includes(scope) ? 'checked' : ''} />
      <span>${label} <small>${scope.split('/').at(-1)}</small></span></label>`,
  )
}

/** For an account of a provider that was connected by a test and is not offered here. */
export const unknownProvider = (id: string): OfferedProvider => ({
  ...{ id, name: id.replace(/^oauth_/, ''), prefix: '', lifetime: 0, always: [], offered: [] },
})

export function accountForm(account: ExternalAccount) {
  const provider = offeredProvider(account.provider) ?? unknownProvider(account.provider)
  return html`<form method="post" action="/user/accounts" class="card" aria-label="${provider.name} ${account.email}">
    <strong>${provider.name}</strong> ${account.email}
    ${account.grant === 'renewable' ? '' : html`<em>needs reconnecting</em>`}
    <input type="hidden" name="provider" value="${provider.id}" />
    <input type="hidden" name="email" value="${account.email}" />
    ${scopeBoxes(provider, account.scopes)}
    <button class="main">Reconnect</button>
    <button formaction="/user/accounts/${account.id}/disconnect">Disconnect</button>
  </form>`
}

/** The provider's question, and its answers. `wanted`: the scopes that the app asked for. */
export function consentForm(options: {
  account: ExternalAccount | undefined
  email: string
  provider: OfferedProvider
  wanted: string[]
  back: string
}) {
  const { account, email, provider, wanted, back } = options
  const { id, name } = provider
  return html`<form method="post" action="/consent" class="card">
    <p>The app wants to use your ${name} account. This page replaces ${name}'s own when you run the app locally.</p>
    <input type="hidden" name="redirect_url" value="${back}" />
    <input type="hidden" name="provider" value="${id}" />
    ${
      account
        ? html`<input type="hidden" name="email" value="${account.email}" /><p><strong>${account.email}</strong></p>`
        : html`<label>${name} account <input type="email" name="email" required value="${email}" autocomplete="email" /></label>`
    }
    ${scopeBoxes(provider, [...wanted, ...(account?.scopes ?? [])])}
    <button class="main">Allow</button>
    <button name="denied" value="yes" formnovalidate>Cancel</button>
  </form>`
}

export function connectForm(user: User, provider: OfferedProvider) {
  const { id, name, offered } = provider
  const first = !user.accounts.some((account) => account.provider === id)
  return html`<form method="post" action="/user/accounts" class="card" aria-label="Connect ${name}">
    <input type="hidden" name="provider" value="${id}" />
    <label>${first ? `${name} account` : `Another ${name} account`}
      <input type="email" name="email" required value="${first ? (user.emails[0]?.address ?? '') : ''}" autocomplete="email" /></label>
    ${scopeBoxes(
      provider,
      offered.map(({ scope }) => scope),
    )}
    <button class="main">Connect ${name}</button>
  </form>`
}

export const userButton = (user: User, purpose: string, isSignedIn: boolean, url: string) => html`<li>
  <button name="user_id" value="${user.id}">
    <img src="${avatarUrl(user, url)}" alt="" width="32" height="32" />
    <span><strong>${nameOf(user)}</strong>${isSignedIn ? ' (signed in)' : ''}
      <small data-purpose>${purpose}</small> <small>${user.emails[0]?.address ?? ''}</small></span>
  </button>
</li>`

// clerk-js puts the return address after the #, which is not sent to the server.
export const SCRIPT = `
const params = new URLSearchParams(location.hash.replace(/^#[/]?[?]?/, ''))
const names = ['sign_in_force_redirect_url', 'redirect_url', 'sign_in_fallback_redirect_url']
const back = names.map((name) => params.get(name)).find(Boolean)
if (back) document.querySelector('[name=redirect_url]').value = back
`
export const SCRIPT_HASH = `'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'`

/** Of long names two lines are shown, and of long addresses one. */
export const PEOPLE_STYLE = `
.people span { min-width: 0 } .people small { display: block }
.people strong { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden }
.people small:not([data-purpose]) { overflow: hidden; white-space: nowrap; text-overflow: ellipsis }`

const STYLE = `${PEOPLE_STYLE}
:root { color-scheme: light dark; --line: light-dark(#d4d4d8, #3f3f46); --main: light-dark(#4338ca, #a5b4fc); --on-main: light-dark(#fff, #18181b); }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; padding: 24px 16px; max-width: 44rem; background: light-dark(#fff, #18181b); color: light-dark(#18181b, #f4f4f5) }
h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1rem; margin: 1.25rem 0 .5rem }
a { color: var(--main) } small { color: light-dark(#52525b, #a1a1aa) }
ul { list-style: none; padding: 0; margin: 0; display: grid; gap: 8px }
button { font: inherit; color: inherit; background: none; border: 1px solid var(--line); border-radius: 8px; padding: 8px 14px; min-height: 44px; cursor: pointer }
button:hover { border-color: var(--main) } :focus-visible { outline: 3px solid var(--main); outline-offset: 2px }
.main { background: var(--main); border-color: var(--main); color: var(--on-main) }
.people { grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)) } .people button { display: flex; gap: 12px; align-items: center; width: 100%; height: 100%; text-align: left; padding: 6px 12px; overflow-wrap: anywhere } .people img { border-radius: 50%; flex: none }
summary { cursor: pointer; padding: 10px 0 } label { display: block; margin: 8px 0 } input:not([type=checkbox]):not([type=hidden]) { display: block; width: 100%; font: inherit; color: inherit; background: none; border: 1px solid light-dark(#71717a, #a1a1aa); border-radius: 8px; padding: 8px; min-height: 44px }
.box { display: flex; gap: 8px; align-items: flex-start } .box input { width: 20px; height: 20px; flex: none; margin: 2px 0 }
.card { border: 1px solid var(--line); border-radius: 8px; padding: 12px 16px; margin: 8px 0; overflow-wrap: anywhere }`

export function layout(title: string, content: unknown) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>${raw(STYLE)}</style>
      </head>
      <body>
        <main><h1>${title}</h1>${content}</main>
      </body>
    </html>`
}
