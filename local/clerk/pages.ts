import { type Context, Hono } from 'hono'
import { html, raw } from 'hono/html'
import { avatar } from './avatar'
import type { BrowserSessions } from './browser-session'
import { isWithin } from './frontend-api'
import {
  accountForm,
  connectForm,
  consentForm,
  layout,
  SCRIPT,
  SCRIPT_HASH,
  unknownProvider,
  userButton,
} from './page-parts'
import { offeredProvider, PROVIDERS } from './providers'
import type { User } from './records'
import type { State } from './state'

/** As many more people of a kind are folded. */
const FOLDED = 3
const ADDED = 'Added during this run'

/** Replaces Clerk's hosted pages: sign-in and account. */
export function createPages(parts: { state: State; browsers: BrowserSessions; appUrl: string; url: string }) {
  const { state, browsers, appUrl, url } = parts
  const pages = new Hono()

  pages.use(async (context, next) => {
    await next()
    // With a referrer the app would treat the return as a visit from another origin and start a handshake.
    context.header('referrer-policy', 'no-referrer')
    context.header('cache-control', 'no-store')
    context.header(
      'content-security-policy',
      `default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; script-src ${SCRIPT_HASH}; frame-ancestors 'none'; base-uri 'none'; form-action 'self' ${appUrl}`,
    )
  })
  pages.use(async (context, next) => {
    if (context.req.method === 'POST' && context.req.header('sec-fetch-site') !== 'same-origin')
      return context.text('This form was sent from another site.', 403)
    return next()
  })

  const signedIn = (context: Context): User | undefined => {
    const session = browsers.activeSession(browsers.clientOf(context))
    return session && state.users.get(session.userId)
  }
  const returnUrl = (value: unknown) =>
    typeof value === 'string' && isWithin(value, appUrl) ? value : appUrl

  /** What each user is good for, and the users who are: one of them shows what the others show. */
  function byPurpose(): Map<string, User[]> {
    const groups = new Map<string, User[]>()
    for (const user of state.users.values()) {
      const purpose = state.purposes.get(user.id) ?? ADDED
      groups.set(purpose, [...(groups.get(purpose) ?? []), user])
    }
    return groups
  }

  /** The people to choose from. Many of a kind are folded, except the first of them. */
  function people(current?: User) {
    const kinds = [...byPurpose()].map(([purpose, users]) => ({
      purpose,
      buttons: users.map((user) => userButton(user, purpose, user.id === current?.id, url)),
    }))
    const shown = kinds.map(({ buttons }) => (buttons.length > FOLDED ? buttons.slice(0, 1) : buttons))
    const folded = kinds
      .filter(({ buttons }) => buttons.length > FOLDED)
      .map(({ purpose, buttons: [, ...others] }) => {
        const kind = purpose === ADDED ? purpose.toLowerCase() : `${purpose.toLowerCase()}s`
        return html`<details><summary>${others.length} more ${kind}</summary><ul class="people">${others}</ul></details>`
      })
    return html`<ul class="people">${shown}</ul>${folded}`
  }

  /** For the script that puts them beside Clerk's component on the app's own page. */
  pages.get('/people', (context) => {
    context.header('access-control-allow-origin', appUrl)
    return context.html(html`${people()}`)
  })

  pages.get('/sign-in', (context) => {
    const back = returnUrl(context.req.query('redirect_url'))
    const current = signedIn(context)
    return context.html(
      layout(
        'Sign in',
        html`<p>This page replaces Clerk's own when you run the app locally. Choose a user.</p>
          <form method="post" action="/sign-in">
            <input type="hidden" name="redirect_url" value="${back}" />
            ${people(current)}
          </form>
          <script>${raw(SCRIPT)}</script>`,
      ),
    )
  })

  pages.post('/sign-in', async (context) => {
    const form = await context.req.parseBody()
    if (typeof form.user_id !== 'string' || !state.users.has(form.user_id))
      return context.text('This user does not exist.', 400)
    const { client } = state.signIn(form.user_id, browsers.clientOf(context))
    await browsers.setCookies(context, client)
    return context.redirect(returnUrl(form.redirect_url), 303)
  })

  pages.get('/sign-out', (context) =>
    context.html(
      layout(
        'Sign out',
        html`<form method="post" action="/sign-out"><button class="main">Sign out</button></form>`,
      ),
    ),
  )
  pages.post('/sign-out', async (context) => {
    const client = browsers.clientOf(context)
    for (const open of client ? state.sessionsOf(client) : []) state.endSession(open.id, 'ended')
    await browsers.setCookies(context, client)
    return context.redirect(appUrl, 303)
  })

  pages.get('/user', (context) => {
    const user = signedIn(context)
    if (!user) return context.redirect('/sign-in', 302)
    const sessions = [...state.sessions.values()].filter(
      (open) => open.userId === user.id && open.status === 'active',
    )
    const current = browsers.activeSession(browsers.clientOf(context))
    return context.html(
      layout(
        'Account',
        html`<p>This page replaces Clerk's own when you run the app locally. <a href="${appUrl}">Back to the app</a></p>
          <section aria-labelledby="profile">
            <h2 id="profile">Profile</h2>
            <form method="post" action="/user/profile">
              <label>First name <input name="first_name" value="${user.firstName ?? ''}" autocomplete="given-name" /></label>
              <label>Last name <input name="last_name" value="${user.lastName ?? ''}" autocomplete="family-name" /></label>
              <button class="main">Save</button>
            </form>
          </section>
          <section aria-labelledby="accounts">
            <h2 id="accounts">Connected accounts</h2>
            ${user.accounts.map(accountForm)}
            ${PROVIDERS.map((provider) => connectForm(user, provider))}
          </section>
          <section aria-labelledby="sessions">
            <h2 id="sessions">Active sessions</h2>
            <ul>
              ${sessions.map(
                (open) => html`<li>
                  <form method="post" action="/user/sessions/${open.id}/sign-out">
                    Since ${new Date(open.createdAt).toISOString().slice(0, 16).replace('T', ' ')} UTC
                    ${open.id === current?.id ? '(this browser)' : ''}
                    <button>Sign out</button>
                  </form>
                </li>`,
              )}
            </ul>
          </section>`,
      ),
    )
  })

  pages.get('/consent', (context) => {
    const user = signedIn(context)
    if (!user) return context.redirect('/sign-in', 302)
    const account = user.accounts.find(({ id }) => id === context.req.query('account'))
    const id = account?.provider ?? context.req.query('provider') ?? 'oauth_google'
    const provider = offeredProvider(id) ?? unknownProvider(id)
    const form = consentForm({
      ...{
        account,
        provider,
        email: user.emails[0]?.address ?? '',
        wanted: context.req.queries('scope') ?? [],
      },
      back: returnUrl(context.req.query('redirect_url')),
    })
    return context.html(layout(`Connect ${provider.name}`, form))
  })

  /** A form that only signed-in users may send. It leads back to the account page, or to the sign-in page. */
  const act = (path: string, change: (user: User, form: Record<string, string[]>, id: string) => void) =>
    pages.post(path, async (context) => {
      const user = signedIn(context)
      if (!user) return context.redirect('/sign-in', 303)
      const parsed = await context.req.parseBody({ all: true })
      const form = Object.fromEntries(
        Object.entries(parsed).map(([name, value]) => [
          name,
          [value].flat().filter((item) => typeof item === 'string'),
        ]),
      )
      change(user, form, context.req.param('id') ?? '')
      await browsers.setCookies(context, browsers.clientOf(context))
      return context.redirect(path === '/consent' ? returnUrl(form.redirect_url?.[0]) : '/user', 303)
    })

  act('/user/profile', (user, form) => {
    state.updateUser(user.id, {
      firstName: form.first_name?.[0] || null,
      lastName: form.last_name?.[0] || null,
    })
  })
  const connect = (user: User, form: Record<string, string[]>) => {
    const provider = offeredProvider(form.provider?.[0] ?? 'oauth_google')
    if (!provider) return
    const chosen = provider.offered.map(({ scope }) => scope).filter((scope) => form.scope?.includes(scope))
    const email = form.email?.[0]
    state.connect(user.id, {
      ...{ provider: provider.id, scopes: [...provider.always, ...chosen] },
      ...(email ? { email } : {}),
    })
  }
  act('/user/accounts', connect)
  act('/consent', (user, form) => {
    if (!form.denied) connect(user, form)
  })
  act('/user/accounts/:id/disconnect', (user, _form, id) => {
    state.disconnect(user.id, id)
  })
  act('/user/sessions/:id/sign-out', (user, _form, id) => {
    if (state.session(id).userId === user.id) state.endSession(id, 'ended')
  })

  pages.get('/avatars/:file{.+\\.svg}', (context) => {
    const user = state.users.get(context.req.param('file').replace(/\.svg$/, ''))
    if (!user) return context.notFound()
    context.header('content-type', 'image/svg+xml')
    context.header('access-control-allow-origin', '*')
    return context.body(avatar(user))
  })

  return pages
}
