// Runs the finder alone: `npx tsx main.ts DIR`. This folder needs nothing but the package oxc-parser.
import('./run').then(
  ({ runFinder }) => {
    process.exitCode = runFinder(process.argv.slice(2), {
      out: (text) => process.stdout.write(text),
      err: (text) => process.stderr.write(text),
    })
  },
  (error: unknown) => {
    process.stderr.write(`The finder did not start. Is oxc-parser installed? ${error}\n`)
    process.exitCode = 2
  },
)
