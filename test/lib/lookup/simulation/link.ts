import type { Clock } from '@/lib/lookup/clock'
import type { Store } from '@/lib/lookup/store'
import type { Kit } from './kit'
import { drain, type Sleeper, type Time } from './time'

export type Operation = 'read' | 'acquire' | 'commit' | 'fail' | 'drop' | 'dropIf' | 'mark'

/** A request on its way to the store, or an answer on its way back. */
interface Packet {
  label: string
  request: boolean
  /** Whether its receiver is frozen and cannot take it. */
  stuck(): boolean
  deliver(): Promise<void>
}

/** What the checker observes of one process's traffic. */
export interface Observer {
  sent(operation: Operation, keys: readonly string[]): number
  answered(operation: Operation, keys: readonly string[], sentAt: number): void
  failed(operation: Operation): void
  granted(replies: Awaited<ReturnType<Store['acquire']>>, requests: Parameters<Store['acquire']>[0]): void
  flightDone(flight: string): void
}

const deadlineMs = 250
const breakAfter = 2
const openMs = 1000

/**
 * The network between processes and store. Nothing arrives unless it is delivered; whatever is on the wire
 * can be delivered out of order, late (its sender has given up by then), twice, or never.
 */
export function createLink(time: Time, { LookupError }: Kit, note: (line: () => string) => void) {
  const wire: Packet[] = []
  /** Applies an earlier request once more; its answer goes nowhere. */
  const history: { label: string; apply(): Promise<unknown> }[] = []
  let bounded = 0

  function connect(
    store: Store,
    clock: Clock,
    owner: Sleeper & {
      cut: boolean
      refuses: Map<Operation, number>
      /** How many of its next operations of a kind are done, and their answers lost. */
      deaf: Map<Operation, number>
      name: string
    },
    observer: Observer,
  ): Store {
    let failures = 0
    let openUntil: number | undefined
    let trying = false

    function recordSuccess() {
      ;[failures, openUntil, trying] = [0, undefined, false]
    }
    function recordFailure() {
      failures++
      if (trying || failures >= breakAfter) openUntil = time.now() + openMs
      trying = false
    }

    function send<R>(
      operation: Operation,
      keys: readonly string[],
      apply: () => Promise<R>,
      taken: (reply: R) => void = () => {},
      settled: () => void = () => {},
      gated = operation !== 'drop' && operation !== 'mark',
    ): Promise<R> {
      const sentAt = observer.sent(operation, keys)
      const label = `${owner.name} ${operation}`
      const refuse = (why: string) => {
        if (gated && why !== 'the breaker is open') recordFailure()
        note(() => `${label}: ${why}`)
        observer.failed(operation)
        settled()
        return new LookupError('store_unavailable', why)
      }
      if (gated && openUntil !== undefined && (trying || time.now() < openUntil))
        return Promise.reject(refuse('the breaker is open'))
      if (gated && openUntil !== undefined) trying = true
      const refusals = owner.refuses.get(operation) ?? 0
      if (refusals > 0) {
        owner.refuses.set(operation, refusals - 1)
        return Promise.reject(refuse('the store refuses'))
      }
      if (owner.cut) return Promise.reject(refuse('the link is cut'))
      history.push({ label, apply })
      return new Promise<R>((resolve, reject) => {
        let waiting = true
        const cancel = clock.timer(deadlineMs, () => {
          waiting = false
          reject(refuse('no answer in time'))
        })
        wire.push({
          label: `${label} >`,
          request: true,
          stuck: () => false,
          async deliver() {
            const reply = await apply()
            const deaf = owner.deaf.get(operation) ?? 0
            owner.deaf.set(operation, Math.max(deaf - 1, 0))
            if (deaf > 0) return note(() => `${label}: its answer is lost`)
            wire.push({
              label: `${label} <`,
              request: false,
              stuck: () => owner.frozen,
              async deliver() {
                if (!waiting) return
                waiting = false
                cancel()
                if (gated) recordSuccess()
                observer.answered(operation, keys, sentAt)
                taken(reply)
                settled()
                resolve(reply)
              },
            })
          },
        })
      })
    }

    const keysOf = (requests: readonly { slot: { entry: string } }[]) =>
      requests.map(({ slot }) => slot.entry)
    const done = (requests: readonly { flight: string }[]) => () => {
      for (const { flight } of requests) observer.flightDone(flight)
    }
    return {
      healthy: () => openUntil === undefined,
      read: (keys, { despiteBreaker = false } = {}) =>
        send('read', keys, () => store.read(keys), undefined, undefined, !despiteBreaker),
      acquire: (requests, nonce) =>
        send(
          'acquire',
          keysOf(requests),
          () => store.acquire(requests, nonce),
          (replies) => observer.granted(replies, requests),
        ),
      commit: (requests) =>
        send('commit', keysOf(requests), () => store.commit(requests), undefined, done(requests)),
      fail: (requests) =>
        send('fail', keysOf(requests), () => store.fail(requests), undefined, done(requests)),
      drop: (keys) => send('drop', keys, () => store.drop(keys)),
      dropIf: (slot, entry) => send('dropIf', [slot.entry], () => store.dropIf(slot, entry)),
      remove: store.remove,
      mark: (...args) => send('mark', [args[0]], () => store.mark(...args)),
      ttl: store.ttl,
    }
  }

  async function take(index: number) {
    const [packet] = wire.splice(index, 1)
    if (packet === undefined) return
    note(() => packet.label)
    await packet.deliver()
    await drain()
  }

  return {
    connect,
    /** Delivers one packet. */
    async pass(pick: number) {
      const index = pick % Math.max(wire.length, 1)
      if (wire[index]?.stuck() === false) await take(index)
    },
    lose(pick: number) {
      const [packet] = wire.splice(pick % Math.max(wire.length, 1), 1)
      if (packet !== undefined) note(() => `lost: ${packet.label}`)
    },
    /** Puts an earlier request on the wire again, however old it is. */
    repeat(pick: number) {
      const again = history[Math.max(history.length - 1 - (pick % 8), 0)]
      if (again === undefined) return
      const deliver = async () => void (await again.apply())
      wire.push({ label: `${again.label} > once more`, request: true, stuck: () => false, deliver })
    },
    /** Delivers all that can be delivered, with `newestFirst` in reverse order; returns whether there was anything. */
    async deliverAll(newestFirst = false): Promise<boolean> {
      let any = false
      for (;;) {
        const ready = (packet: Packet) => !packet.stuck()
        const index = newestFirst ? wire.findLastIndex(ready) : wire.findIndex(ready)
        if (index < 0) return any
        any = true
        if (++bounded > 5000) throw new Error('rule 10: the processes send without end')
        await take(index)
      }
    },
  }
}
