import { once } from 'node:events'
import { connect } from 'node:net'

/** Posts a body in so many pieces of so many bytes. Returns what came back; '' if the connection was closed before. */
export async function postInPieces(url: string, pieces: number, bytes: number): Promise<string> {
  const { hostname, port, host, pathname } = new URL(url)
  const socket = connect(Number(port), hostname)
  let answer = ''
  socket.on('data', (data) => {
    answer += data
  })
  socket.on('error', () => {})
  const piece = `${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n`
  socket.write(
    `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n`,
  )
  socket.write(`${piece.repeat(pieces)}0\r\n\r\n`)
  await once(socket, 'close')
  return answer
}
