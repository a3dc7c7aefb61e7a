import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

/** As Next reads them in production: the first file that sets a variable wins. */
const ENV_FILES = ['.env.production.local', '.env.local', '.env.production', '.env']

/** Written by `npm run dev` while its stand-ins run (local/stand-ins-file.ts). */
const STAND_INS_FILE = '.env.stand-ins'

/** If none of these is set, there are no settings at all. */
const SERVICES = ['CLERK_SECRET_KEY', 'UPSTASH_REDIS_REST_URL', 'KV_REST_API_URL']

/**
 * Loads the `.env` files of `folder` into the environment. A variable that is set already keeps its value. If there are
 * no settings, it uses those of the stand-ins that run in this folder.
 */
export function loadSettings(folder = '.'): 'settings' | 'stand-ins' {
  for (const file of ENV_FILES) load(join(folder, file))
  if (SERVICES.some((name) => process.env[name])) return 'settings'
  const file = join(folder, STAND_INS_FILE)
  if (!existsSync(file)) return 'settings'
  // A name without a value, as in a copy of .env.example, is not set.
  for (const [name, value] of Object.entries(parseEnv(readFileSync(file, 'utf8'))))
    process.env[name] ||= value
  return 'stand-ins'
}

const load = (file: string) => existsSync(file) && process.loadEnvFile(file)
