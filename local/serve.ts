import { parseArgs } from 'node:util'
import { seed } from './seed'
import { startLocalStack } from './stack'
import { portsBeside } from './stand-ins'
import { envText } from './stand-ins-file'

const USAGE = `Usage: npm run stand-ins -- [--port 3000] [--webhook-path /api/webhooks/clerk]

Starts Clerk, Upstash, Google, GitHub and Slack for an app on http://localhost:<port>, on the four ports after it. Prints
the settings of the app to standard output, and ends on Ctrl-C.
`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '3000' },
      'webhook-path': { type: 'string', default: '/api/webhooks/clerk' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) return void process.stdout.write(USAGE)
  const port = Number(values.port)
  if (!Number.isInteger(port) || port < 1 || port > 65_531)
    throw new Error(`--port must be a number from 1 to 65531\n\n${USAGE}`)
  const stack = await startLocalStack({
    ...{ appUrl: `http://localhost:${port}`, ports: portsBeside(port) },
    ...{ users: seed.users, webhookPath: values['webhook-path'] },
  })
  const stop = () => void stack.stop().then(() => process.exit(0))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop)
  process.stdout.write(envText(stack.env))
  process.stderr.write(`
Clerk  ${stack.clerk.url}  (who can sign in: ${stack.clerk.url}/sign-in)
Redis  ${stack.upstash.url}  (${stack.engine.name})
Google ${stack.google.url}
GitHub ${stack.providers.apis.github}
Slack  ${stack.providers.apis.slack}
The app is expected on ${stack.appUrl}, its webhooks at ${values['webhook-path']}. Ctrl-C stops everything.
`)
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
