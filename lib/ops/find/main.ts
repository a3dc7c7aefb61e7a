// Runs the finder alone: `npx tsx main.ts DIR`. This folder needs nothing but the package oxc-parser.
import('./run').then(
  ({ runFinder }) => {
    process.exitCode = runFinder(process.argv.slice(2), {
      out: (text) => process.stdout.write(text),
      err: (text) => process.stderr.write(text),
    })
  },
  (error: Error) => {
    process.stderr.write(`${error.message}\nThe finder needs its parser: npm install --no-save oxc-parser\n`)
    process.exitCode = 2
  },
)
