import { parseArgs } from 'node:util'
import { z } from 'zod'
import { EVENT_TYPES } from './clerk/event-types'
import { WEBHOOK_SECRET } from './clerk/keys'
import { signatureHeaders } from './clerk/signature'
import { newId } from './clerk/state'

const USAGE = `Sends a webhook to the app, signed as Clerk signs its own. Nothing changes at Clerk.

  npm run webhook -- user.updated --user user_2…
  npm run webhook -- session.revoked --session sess_2… --user user_2…

  --user ID      the user of the event
  --session ID   the session of a session event (default: a new ID)
  --data JSON    more fields for the payload's data, such as '{"username":"ada"}'
  --url URL      the address to send it to (default: http://localhost:3000/api/webhooks/clerk, with PORT if it is set)
  --secret S     the signing secret (default: the first of CLERK_WEBHOOK_SIGNING_SECRET, else that of npm run dev)
  --id MSG       the svix-id (default: a new one). Send the same one twice to see a repetition
  --help         shows this text

Exit code: 0 accepted · 1 refused or no answer · 2 bad arguments.
`

/** What the command needs from outside. */
export interface CommandContext {
  /** The value of CLERK_WEBHOOK_SIGNING_SECRET, if it is set. */
  secrets: string | undefined
  /** The value of PORT, if it is set. */
  port: string | undefined
  out(text: string): void
  err(text: string): void
}

class InputError extends Error {}

/** Runs the command, prints the result and returns the exit code. */
export async function sendWebhook(argv: readonly string[], context: CommandContext): Promise<number> {
  try {
    const { values, positionals } = parse(argv)
    if (values.help) {
      context.out(USAGE)
      return 0
    }
    const type = positionals[0]
    if (!type || positionals.length > 1) throw new InputError('Give one event type, such as user.updated.')
    const url = values.url ?? `http://localhost:${context.port || 3000}/api/webhooks/clerk`
    const secret = values.secret ?? context.secrets?.split(',')[0]?.trim() ?? WEBHOOK_SECRET
    if (!URL.canParse(url)) throw new InputError(`--url must be a URL, not ${url}.`)
    if (!/^whsec_[A-Za-z0-9+/=]+$/.test(secret)) throw new InputError('The secret must start with whsec_.')
    if (!EVENT_TYPES.has(type))
      context.err(`Warning: Clerk has no event type ${JSON.stringify(type)}. Sending it anyway.\n`)
    return await post(
      { url, secret, id: values.id ?? newId('msg'), type, data: dataOf(type, values) },
      context,
    )
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    context.err(`${error.message} Run it with --help to see all options.\n`)
    return 2
  }
}

function parse(argv: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        ...{ user: text, session: text, data: text, url: text, secret: text, id: text },
        help: { type: 'boolean' },
      },
    })
  } catch (error) {
    throw new InputError(error instanceof Error ? error.message : String(error))
  }
}

function dataOf(
  type: string,
  {
    user,
    session,
    data,
  }: { user?: string | undefined; session?: string | undefined; data?: string | undefined },
): object {
  const more = data === undefined ? {} : parseObject(data)
  if (type.startsWith('user.')) {
    if (!user) throw new InputError(`${type} needs --user.`)
    return { object: 'user', id: user, ...(type === 'user.deleted' && { deleted: true }), ...more }
  }
  if (type.startsWith('session.')) {
    if (!user && !session) throw new InputError(`${type} needs --user, --session or both.`)
    const status = type === 'session.created' ? 'active' : type.slice('session.'.length)
    return {
      object: 'session',
      id: session ?? newId('sess'),
      user_id: user ?? newId('user'),
      status,
      ...more,
    }
  }
  return more
}

function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // The error below covers this too.
  }
  throw new InputError('--data must be a JSON object.')
}

async function post(
  { url, secret, id, type, data }: { url: string; secret: string; id: string; type: string; data: object },
  { out, err }: CommandContext,
): Promise<number> {
  const event = { data, instance_id: 'ins_webhookCommand', object: 'event', timestamp: Date.now(), type }
  const body = JSON.stringify(event)
  const started = performance.now()
  try {
    const response = await fetch(url, { method: 'POST', headers: signatureHeaders(secret, id, body), body })
    const ms = Math.round(performance.now() - started)
    const text = await response.text()
    const result = `${type} ${id}: ${response.status} in ${ms} ms ${text.slice(0, 500)}\n`
    if (response.ok) out(result)
    else err(result)
    if (isIgnored(text)) err(`The app has no handler for ${type}: it did nothing.\n`)
    return response.ok ? 0 : 1
  } catch {
    err(`${url} is not responding. Is the app running?\n`)
    return 1
  }
}

/** What this app's route answers. Other apps may answer anything. */
const ignored = z.object({ outcome: z.literal('ignored') })

function isIgnored(text: string): boolean {
  try {
    return ignored.safeParse(JSON.parse(text)).success
  } catch {
    return false
  }
}
