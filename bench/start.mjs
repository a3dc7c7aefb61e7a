// Compiles as an app is compiled: what a development loader adds to every function would be measured too.
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const absWorkingDir = fileURLToPath(new URL('.', import.meta.url))
process.chdir(absWorkingDir)
await build({
  entryPoints: ['run.ts', 'rest-server.ts', 'fleet-worker.ts', 'services.ts'],
  // The runtime of Next is never loaded here.
  external: ['*/runtime/next'],
  ...{ absWorkingDir, outdir: 'results/build', bundle: true, packages: 'external', splitting: true },
  ...{ platform: 'node', target: 'node20', format: 'esm', sourcemap: true, logLevel: 'warning' },
})
await import(new URL('results/build/run.js', import.meta.url))
