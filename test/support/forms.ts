const unescaped = (text: string) =>
  text.replaceAll('&quot;', '"').replaceAll('&#x27;', "'").replaceAll('&amp;', '&')

/** What the first form of a page sends without scripts: its hidden fields, which name its action, and the given ones. */
export function formOf(html: string, fields: Record<string, string>): FormData {
  const form = /<form[^>]*>.*?<\/form>/s.exec(html)?.[0] ?? ''
  const body = new FormData()
  for (const [, name = '', value = ''] of form.matchAll(
    /<input type="hidden" name="([^"]*)"(?: value="([^"]*)")?/g,
  ))
    body.set(unescaped(name), unescaped(value))
  for (const [name, value] of Object.entries(fields)) body.set(name, value)
  return body
}
