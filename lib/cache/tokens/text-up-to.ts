/** The body of a response as text, or undefined if it is longer: then nothing more of it is read. Rejects where reading fails. */
export async function textUpTo({ body }: Response, mostBytes: number): Promise<string | undefined> {
  const reader = body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for (let part = await reader?.read(); part?.value; part = await reader?.read()) {
    bytes += part.value.byteLength
    if (bytes > mostBytes) {
      // Not awaited: of a copy, it ends when the other one has been read.
      void reader?.cancel().catch(() => undefined)
      return undefined
    }
    text += decoder.decode(part.value, { stream: true })
  }
  return text + decoder.decode()
}
