import { parseArgs } from 'node:util'
import { WEBHOOK_SECRET } from './clerk/keys'
import { signatureHeaders } from './clerk/signature'
import { newId } from './clerk/state'

const USAGE = `Sends the app a webhook, signed as Clerk's are. Clerk itself is not told, and nothing there changes.

  npm run webhook -- user.updated --user user_2…
  npm run webhook -- session.revoked --session sess_2… --user user_2…

  --user ID      whose event it is
  --session ID   of session events: which session (an invented one)
  --data JSON    more of the payload's data, such as '{"username":"ada"}'
  --url URL      where to (http://localhost:3000/api/webhooks/clerk; PORT moves it)
  --secret S     what to sign with (CLERK_WEBHOOK_SIGNING_SECRET, its first; else that of npm run dev)
  --id MSG       the svix-id: send one twice to see a repetition (an invented one)
  --help         this

Exit code: 0 accepted · 1 refused or no answer · 2 bad arguments.
`

/** What the command has of its surroundings. */
export interface Surroundings {
  /** CLERK_WEBHOOK_SIGNING_SECRET and PORT, where they are set. */
  secrets: string | undefined
  port: string | undefined
  out(text: string): void
  err(text: string): void
}

class InputError extends Error {}

/** Runs the command; resolves with its exit code, having said what came of it. */
export async function sendWebhook(argv: readonly string[], around: Surroundings): Promise<number> {
  try {
    const { values, positionals } = parse(argv)
    if (values.help) {
      around.out(USAGE)
      return 0
    }
    const type = positionals[0]
    if (!type || positionals.length > 1) throw new InputError('Say one type of event, such as user.updated.')
    const url = values.url ?? `http://localhost:${around.port || 3000}/api/webhooks/clerk`
    const secret = values.secret ?? around.secrets?.split(',')[0]?.trim() ?? WEBHOOK_SECRET
    if (!URL.canParse(url)) throw new InputError(`--url must be an address, not ${url}.`)
    if (!/^whsec_[A-Za-z0-9+/=]+$/.test(secret)) throw new InputError('The secret must start with whsec_.')
    return await post(
      { url, secret, id: values.id ?? newId('msg'), type, data: dataOf(type, values) },
      around,
    )
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    around.err(`${error.message} --help tells what there is.\n`)
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
    // Said below.
  }
  throw new InputError('--data must be a JSON object.')
}

async function post(
  { url, secret, id, type, data }: { url: string; secret: string; id: string; type: string; data: object },
  { out, err }: Surroundings,
): Promise<number> {
  const event = { data, instance_id: 'ins_webhookCommand', object: 'event', timestamp: Date.now(), type }
  const body = JSON.stringify(event)
  const started = performance.now()
  try {
    const response = await fetch(url, { method: 'POST', headers: signatureHeaders(secret, id, body), body })
    const ms = Math.round(performance.now() - started)
    const told = `${type} ${id}: ${response.status} in ${ms} ms ${(await response.text()).slice(0, 500)}\n`
    if (response.ok) out(told)
    else err(told)
    return response.ok ? 0 : 1
  } catch {
    err(`${url} does not answer. Is the app running?\n`)
    return 1
  }
}
