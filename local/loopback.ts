import { once } from 'node:events'
import type { Server } from 'node:http'

/**
 * Whether a Host header names this machine. A page whose own name was pointed at 127.0.0.1 (DNS rebinding) has the same
 * origin as a stand-in in the browser's eyes, and sends its own name.
 */
export const isLoopback = (host = '') => /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host)

export const FOREIGN_HOST = 'Use localhost or 127.0.0.1: requests for other hosts are refused.'

/** Listens on this machine only. `port` 0 (default): a free one. Returns the port. */
export async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address ? address.port : port
}
