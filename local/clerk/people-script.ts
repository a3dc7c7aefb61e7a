import { CODE } from './attempts'

const STYLE = `
[data-stand-in] { --edge: var(--line, #8885); color: var(--ink, inherit); font-size: .875rem; line-height: 1.4 }
[data-stand-in] h2 { font-weight: 600; font-size: 1rem; margin: 0 } [data-stand-in] h3 { margin: 1rem 0 .5rem; font-weight: 500 }
[data-stand-in] p, [data-stand-in] small { color: var(--soft, inherit); font-size: .8125rem }
[data-stand-in] ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 6px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr)) }
[data-stand-in] button { display: flex; gap: 10px; align-items: center; width: 100%; min-height: 44px; padding: 5px 10px; text-align: start; overflow-wrap: anywhere; border: 1px solid var(--edge); border-radius: 8px; background: var(--surface, none) }
[data-stand-in] button:hover { border-color: var(--accent, currentColor) } [data-stand-in] img { border-radius: 50%; flex: none }`

/**
 * What the stand-in adds to Clerk's script for its components: the people who can sign in with one click, beside
 * the component on the app's own page. It is not in the app, so it cannot be there with real keys.
 */
export const peopleScript = (url: string) => `
;(() => {
  const url = ${JSON.stringify(url)}
  const hint = '<p>Local run: the code in every e-mail is <strong>${CODE}</strong>.</p>'

  async function signIn(id) {
    const { Clerk } = window
    const { createdSessionId } = await Clerk.client.signIn.create({ strategy: 'ticket', ticket: id })
    const params = new URLSearchParams(location.search + '&' + location.hash.replace(/^#[/]?[?]?/, ''))
    await Clerk.setActive({ session: createdSessionId, redirectUrl: Clerk.buildAfterSignInUrl({ params }) })
  }

  async function add(host) {
    const section = document.createElement('section')
    section.dataset.standIn = ''
    section.setAttribute('aria-label', 'Local run')
    host.parentElement.parentElement.append(section)
    if (host.dataset.clerkComponent === 'SignUp') return void (section.innerHTML = '<style>${STYLE.replace(/\n/g, ' ')}</style>' + hint)
    section.dataset.loading = ''
    const people = await (await fetch(url + '/people')).text()
    section.innerHTML = '<style>${STYLE.replace(/\n/g, ' ')}</style><h2>Or with one click</h2>' + hint + people
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
