import { CODE } from './attempts'
import { PEOPLE_STYLE } from './page-parts'

/** In the colors of the app, if it has them. */
const STYLE = `${PEOPLE_STYLE}
[data-stand-in] { color: var(--ink, inherit); font-size: .875rem; line-height: 1.4 }
[data-stand-in] p { margin: 0 0 1rem } [data-stand-in] strong { font-weight: 500 } [data-stand-in] small { color: var(--soft, inherit); font-size: .8125rem }
[data-stand-in] ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 6px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr)) }
[data-stand-in] summary { cursor: pointer; padding: 10px 0 }
[data-stand-in] button { display: flex; gap: 10px; align-items: center; width: 100%; min-height: 44px; padding: 5px 10px; text-align: start; overflow-wrap: anywhere; border: 1px solid var(--line, #8885); border-radius: 8px; background: var(--surface, none) }
[data-stand-in] button:hover { border-color: var(--accent, currentColor) } [data-stand-in] img { border-radius: 50%; flex: none }`

const HINTS = {
  SignIn: `Local run: sign in with one click, or by email. The code in every email is <strong>${CODE}</strong>.`,
  SignUp: `Local run: the code in every email is <strong>${CODE}</strong>.`,
}

/**
 * What the stand-in adds to Clerk's script for its components: the people who can sign in with one click, beside
 * the component on the app's own page. It is not in the app, so it cannot be there with real keys.
 */
export const peopleScript = (url: string) => `
;(() => {
  const url = ${JSON.stringify(url)}
  const hints = ${JSON.stringify(HINTS)}
  const style = ${JSON.stringify(`<style>${STYLE}</style>`)}

  async function signIn(id) {
    const { Clerk } = window
    const { createdSessionId } = await Clerk.client.signIn.create({ strategy: 'ticket', ticket: id })
    const params = new URLSearchParams(location.search + '&' + location.hash.replace(/^#[/]?[?]?/, ''))
    await Clerk.setActive({ session: createdSessionId, redirectUrl: Clerk.buildAfterSignInUrl({ params }) })
  }

  async function add(host) {
    const section = document.createElement('section')
    const { clerkComponent } = host.dataset
    section.dataset.standIn = ''
    section.dataset.loading = ''
    section.setAttribute('aria-label', 'Local run')
    const column = host.parentElement
    ;(column === document.body ? column : column.parentElement).append(section)
    const people = clerkComponent === 'SignIn' ? await (await fetch(url + '/people')).text() : ''
    section.innerHTML = style + '<p>' + hints[clerkComponent] + '</p>' + people
    delete section.dataset.loading
    section.addEventListener('click', ({ target }) => {
      const button = target.closest('button')
      if (button) void signIn(button.value)
    })
  }

  new MutationObserver(() => {
    const host = document.querySelector('[data-clerk-component="SignIn"], [data-clerk-component="SignUp"]')
    if (host && !document.querySelector('[data-stand-in]')) void add(host)
  }).observe(document, { childList: true, subtree: true })
})()
`
