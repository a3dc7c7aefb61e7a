import { subscribe } from 'node:diagnostics_channel'
import { Server } from 'node:http'
import { Socket } from 'node:net'
import { onePerProcess } from '../lookup/one-per-process'
import { partOf } from './message-part'

/**
 * Answers a request that wants another protocol, such as WebSocket, as if it did not: for a server without any. Next takes
 * such a request for one of another listener, does nothing with most, and never closes their connections, also when the
 * client is gone: a stranger would use up the connections that a process may have. Not for `next dev`, which uses a
 * WebSocket.
 */
export function ignoreUpgrades(): void {
  onePerProcess('upgrades', () =>
    subscribe('net.server.socket', (message) => {
      const server = partOf(partOf(message, 'socket', Socket), 'server', Server)
      // Node hands over a connection only to a listener, and Next has added one.
      server?.removeAllListeners('upgrade')
    }),
  )
}
