import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

// Runs the model, in this folder: `npm ci && npm start`. MODEL_RUNS says how many runs the right design gets (default: 1000).
const folder = fileURLToPath(new URL('.', import.meta.url))
const RUNS = process.env.MODEL_RUNS ?? '1000'

/** Designs that leave one rule out. Each has one test, which is the run in which it breaks a promise. */
const BROKEN = ['writes', 'repeats', 'late', 'joins', 'fills', 'shares', 'unchecked', 'blind']
const RIGHT = ['correct', 'correctCached']

const run = promisify(execFile)
const quint = (command, module, ...options) =>
  run('npx', ['quint', command, 'lookup.qnt', '--backend=typescript', `--main=${module}`, ...options], {
    cwd: folder,
    maxBuffer: 1e8,
  })

for (const module of BROKEN) {
  const { stdout } = await quint('test', module, '--max-samples=1')
  if (!stdout.includes('1 passing')) throw new Error(`${module} breaks no promise:\n${stdout}`)
  process.stdout.write(`${module}: breaks a promise\n`)
}
for (const module of RIGHT) {
  await quint('run', module, '--invariant=promises', '--max-steps=40', `--max-samples=${RUNS}`)
  process.stdout.write(`${module}: keeps both promises in ${RUNS} runs\n`)
}
