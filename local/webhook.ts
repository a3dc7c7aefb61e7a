import { existsSync } from 'node:fs'
import { sendWebhook } from './send-webhook'

/** As Next reads them in development: the first to name a variable wins, and the real environment before all. */
for (const file of ['.env.development.local', '.env.local', '.env.development', '.env'])
  if (existsSync(file)) process.loadEnvFile(file)

process.exitCode = await sendWebhook(process.argv.slice(2), {
  secrets: process.env.CLERK_WEBHOOK_SIGNING_SECRET,
  port: process.env.PORT,
  out: (words) => process.stdout.write(words),
  err: (words) => process.stderr.write(words),
})
