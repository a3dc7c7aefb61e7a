import { withoutHandshake } from './redirect-addresses'

const MESSAGE = 'The sign-in could not be checked with Clerk. Try again in a few seconds.'

const STYLE = `:root{color-scheme:light dark}body{margin:0;font:16px/1.5 system-ui,sans-serif;color:light-dark(#17171c,#f1f1f4);background:light-dark(#fafafa,#0f0f13)}main{max-width:64rem;margin:auto;padding:3rem 1.5rem}h1{margin:1.5rem 0 .5rem;font-size:1.75rem}p{margin:0 0 2rem;color:light-dark(#5b5b66,#a5a5b3)}.again{display:inline-block;padding:.4rem 1rem;border:1px solid light-dark(#8a8a96,#6f6f80);border-radius:6px;font-weight:500;text-decoration:none;color:inherit}`

const page = (address: string) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Your sign-in could not be checked</title>
<style>${STYLE}</style>
<main>
<a href="/"><img src="/icon.svg" alt="Home" width="24" height="24"></a>
<h1>Your sign-in could not be checked</h1>
<p>Clerk gave no answer that can be used, so this page cannot be shown. Nothing was lost. Try again in a few seconds.</p>
<a class="again" href="${address}">Try again</a>
</main>
</html>
`

/** The address of the page as an attribute of HTML. */
function addressOf({ url }: Request): string {
  const { pathname, search } = withoutHandshake(new URL(url))
  // `/` twice would lead to another server.
  return `${pathname.replace(/^\/+/, '/')}${search}`.replace(
    /[&"'<>]/g,
    (found) => `&#${found.charCodeAt(0)};`,
  )
}

const HEADERS = { 'Retry-After': '5', 'Cache-Control': 'no-store' }

/** Whether the answer is shown to somebody as a page. */
export const isForPeople = ({ headers }: Request): boolean =>
  headers.get('accept')?.includes('text/html') ?? false

/**
 * The answer to a request of which Clerk's middleware could not say who sent it: a small page that needs nothing else, and
 * for what is not a browser that opens a page, the error that routes answer. Status 503, `Retry-After` 5 s.
 */
export function outagePage(request: Request): Response {
  if (!isForPeople(request))
    return Response.json(
      { error: { code: 'unavailable', message: MESSAGE } },
      { status: 503, headers: HEADERS },
    )
  const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; frame-ancestors 'none'"
  return new Response(page(addressOf(request)), {
    status: 503,
    headers: { ...HEADERS, 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': policy },
  })
}
