import { setTimeout as sleep } from 'node:timers/promises'
import { membershipJson, organizationJson, sessionJson, webhookUserJson } from './json'
import type { ClerkEvent } from './records'
import { signatureHeaders } from './signature'
import { newId } from './state'

export interface WebhookTarget {
  url: string
  secret: string
  /** Delays before each retry, in milliseconds. Default: Clerk's, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 10 h. */
  retryDelays?: number[]
}

export interface Delivery {
  id: string
  type: string
  /** For each attempt the status of the answer, or the reason why there was none. */
  attempts: (number | string)[]
  state: 'waiting' | 'delivered' | 'given up'
}

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const RETRY_DELAYS = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 10 * HOUR]
const TIMEOUT = 15 * SECOND
const LOG_LENGTH = 1000

/** Sends webhooks as Clerk does: signed, at least once, in no guaranteed order, retried after a failure. */
export function createWebhooks(options: {
  target: WebhookTarget | undefined
  now: () => number
  url: () => string
}) {
  let target = options.target
  let paused = false
  let copies = 1
  let lost = 0
  const held: (() => Promise<void>)[] = []
  const log: Delivery[] = []
  const inProgress = new Set<Promise<void>>()
  const closing = new AbortController()
  let retryNow = new AbortController()

  async function attempt(to: WebhookTarget, id: string, body: string): Promise<number | string> {
    if (lost > 0) {
      lost -= 1
      return 'lost'
    }
    const headers = signatureHeaders(to.secret, id, body)
    try {
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(TIMEOUT)])
      const response = await fetch(to.url, { method: 'POST', headers, body, signal, redirect: 'manual' })
      await response.arrayBuffer()
      return response.status
    } catch (error) {
      return error instanceof Error ? error.name : 'failed'
    }
  }

  async function deliver(to: WebhookTarget, delivery: Delivery, body: string) {
    for (const delay of [...(to.retryDelays ?? RETRY_DELAYS), undefined]) {
      const outcome = await attempt(to, delivery.id, body)
      delivery.attempts.push(outcome)
      if (typeof outcome === 'number' && outcome >= 200 && outcome < 300) {
        delivery.state = 'delivered'
        return
      }
      if (delay === undefined || closing.signal.aborted) break
      const signal = AbortSignal.any([closing.signal, retryNow.signal])
      await sleep(delay, undefined, { signal, ref: false }).catch(() => undefined)
      if (closing.signal.aborted) break
    }
    delivery.state = 'given up'
  }

  function post(id: string, type: string, body: string) {
    const to = target
    if (!to) return
    const delivery: Delivery = { id, type, attempts: [], state: 'waiting' }
    log.push(delivery)
    if (log.length > LOG_LENGTH) log.shift()
    const start = () => {
      const work = deliver(to, delivery, body).finally(() => inProgress.delete(work))
      inProgress.add(work)
      return work
    }
    for (let copy = 0; copy < copies; copy += 1) {
      if (paused) held.push(start)
      else void start()
    }
  }

  return {
    log: (): readonly Delivery[] => log,

    /** Sends the app an event. */
    send(event: ClerkEvent) {
      const body = {
        data: dataOf(event, options.url()),
        event_attributes: { http_request: { client_ip: '127.0.0.1', user_agent: 'local' } },
        instance_id: 'ins_localStandIn',
        object: 'event',
        timestamp: options.now(),
        type: event.type,
      }
      post(newId('msg'), event.type, JSON.stringify(body))
    },

    /** Resolves once no delivery is in progress or waiting for a retry. Deliveries held by `pause` do not count. */
    async flush() {
      while (inProgress.size > 0) await Promise.all(inProgress)
    },

    pause() {
      paused = true
    },

    /** Sends the deliveries held by `pause`, with `reversed` the last one first. */
    resume({ reversed = false } = {}) {
      paused = false
      const starts = held.splice(0)
      if (!reversed) {
        for (const start of starts) void start()
        return
      }
      // One after another, because on two connections the order of arrival would be random.
      const work = (async () => {
        for (const start of starts.reverse()) await start()
      })().finally(() => inProgress.delete(work))
      inProgress.add(work)
    },

    /** Sends every following message this many times. */
    duplicate(times: number) {
      copies = Math.max(1, times)
    },

    /** Loses the next attempts before they reach the app. */
    loseNext(attempts: number) {
      lost = attempts
    },

    retryNow() {
      retryNow.abort()
      retryNow = new AbortController()
    },

    target(next: WebhookTarget | undefined) {
      target = next
    },

    async close() {
      closing.abort()
      await Promise.all(inProgress)
    },
  }
}

function dataOf(event: ClerkEvent, url: string) {
  if (event.type === 'user.deleted')
    return {
      object: 'user',
      id: event.id,
      deleted: true,
      ...(event.externalId === null ? {} : { external_id: event.externalId }),
    }
  if (event.type === 'organization.deleted')
    return { object: 'organization', id: event.id, slug: event.slug, deleted: true }
  if ('membership' in event) return membershipJson(event.membership, event.organization, event.user, url)
  if ('organization' in event) return organizationJson(event.organization, url)
  if ('session' in event) {
    const { tasks: _apiOnly, ...session } = sessionJson(event.session)
    return { ...session, user: webhookUserJson(event.user, url) }
  }
  return webhookUserJson(event.user, url)
}
