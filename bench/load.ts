import { Agent, request } from 'node:http'

/** The `share` quantile of sorted or unsorted numbers. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const found = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  if (found === undefined) throw new RangeError('Nothing was measured')
  return found
}

export const fetchPage = (url: string, agent = new Agent()) =>
  new Promise<void>((resolve, reject) => {
    request(url, { agent }, (response) => {
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`${response.statusCode} from ${url}`)),
      )
      response.resume()
    })
      .once('error', reject)
      .end()
  })

/** So many clients, each of which asks for its next page when it has the last one, for `ms`: the times of all pages. */
export async function loadPages(urlOf: (page: number) => string, clients: number, ms: number) {
  const agent = new Agent({ keepAlive: true })
  const times: number[] = []
  let page = 0
  const begun = performance.now()
  async function client() {
    while (performance.now() - begun < ms) {
      const start = performance.now()
      await fetchPage(urlOf(page++), agent)
      times.push(performance.now() - start)
    }
  }
  try {
    await Promise.all(Array.from({ length: clients }, client))
    return { times, seconds: (performance.now() - begun) / 1000 }
  } finally {
    agent.destroy()
  }
}
