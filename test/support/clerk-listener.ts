import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'

/** An address that hands what Clerk posts to the app's webhook route, and tells what was acknowledged. */
export async function listenForClerk(
  receive: (request: Request) => Promise<Response>,
  acknowledged: (event: { type: string; data: Record<string, unknown> }) => void,
) {
  const server = createServer(
    getRequestListener(async (request) => {
      const body = await request.text()
      const response = await receive(
        new Request(request.url, { method: 'POST', headers: request.headers, body }),
      )
      if (response.ok) acknowledged(JSON.parse(body))
      return response
    }),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/api/webhooks/clerk`,
    close: () => new Promise((done) => server.close(done).closeAllConnections()),
  }
}
