import { existsSync } from 'node:fs'
import { sendWebhook } from './send-webhook'

/** As Next reads them in development: the first file that sets a variable wins, and the environment before all files. */
for (const file of ['.env.development.local', '.env.local', '.env.development', '.env'])
  if (existsSync(file)) process.loadEnvFile(file)

process.exitCode = await sendWebhook(process.argv.slice(2), {
  secrets: process.env.CLERK_WEBHOOK_SIGNING_SECRET,
  port: process.env.PORT,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
})
