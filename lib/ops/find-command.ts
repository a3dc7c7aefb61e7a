import type { Command } from './command'

export const findCommand: Command = {
  summary: 'lists the direct calls of Clerk in an app, and what replaces each; changes nothing',
  usage: 'DIR [--check]    --check: exit code 1 if there is a call with a replacement. See docs/finder.md',
  // The parser is loaded only for this command.
  run: async (argv, context) => (await import('./find/run')).runFinder(argv, context),
}
