import { rmSync, writeFileSync } from 'node:fs'

/**
 * Holds the settings of the running stand-ins, for commands in another terminal (`npm run ops`). Git ignores it, and Next
 * does not read it. `npm run dev` writes it at the start and removes it at the end.
 */
export const STAND_INS_FILE = '.env.stand-ins'

/** The lines of an environment file. Values are quoted: a key has several lines. */
export const envText = (env: Record<string, string>): string =>
  Object.entries(env)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}\n`)
    .join('')

/** Readable by its owner only: it holds the token and the keys of this run. */
export function writeStandInsFile(env: Record<string, string>, file = STAND_INS_FILE): void {
  writeFileSync(file, `# Settings of the running stand-ins. Removed when they stop.\n${envText(env)}`, {
    mode: 0o600,
  })
}

export const removeStandInsFile = (file = STAND_INS_FILE): void => rmSync(file, { force: true })
