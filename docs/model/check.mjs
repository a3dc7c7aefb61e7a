// Runs the model: `npm ci && node check.mjs` in this folder. The designs that break a promise are run from the seed with
// which that was found, so it takes one run each; the right one is run many times from new seeds.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const folder = fileURLToPath(new URL('.', import.meta.url))
const SAMPLES = process.env.MODEL_RUNS ?? '3000'

/** Module, the promise that it breaks, and a seed that shows it. */
const broken = []

async function check(module, options) {
  const quint = ['quint', 'run', 'lookup.qnt', '--backend=typescript', `--main=${module}`, '--max-steps=35']
  return run('npx', [...quint, '--verbosity=1', ...options], { cwd: folder, maxBuffer: 1e8 }).then(
    () => 'kept',
    ({ stdout = '', stderr = '' }) => {
      if (`${stdout}${stderr}`.includes('Invariant violated')) return 'broken'
      throw new Error(`${module}: ${stdout}${stderr}`)
    },
  )
}

const wrong = []
for (const [module, promise, seed] of broken) {
  const options = [`--invariant=${promise}`, '--max-samples=1', `--seed=${seed}`]
  const result = await check(module, options)
  process.stdout.write(`${module}: ${promise} is ${result}\n`)
  if (result !== 'broken') wrong.push(module)
}
for (const module of ['correct', 'correctCached']) {
  const result = await check(module, ['--invariant=promises', `--max-samples=${SAMPLES}`])
  process.stdout.write(`${module}: both promises are ${result} in ${SAMPLES} runs\n`)
  if (result !== 'kept') wrong.push(module)
}
process.exitCode = wrong.length > 0 ? 1 : 0
