import { type Command, EXIT, readFlags } from './command'
import { checks, type Finding } from './doctor-checks'
import { InputError } from './id-list'

const marks: Record<Finding['state'], string> = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL' }

export const doctorCommand: Command = {
  summary: 'checks keys, Clerk, Redis, encryption, webhooks and the clock, and says what to do about each',
  usage: '    exit code 1 when something fails',
  async run(argv, { out }) {
    const { words, json } = readFlags(argv, [])
    if (words.length > 0) throw new InputError(`Unexpected ${JSON.stringify(words[0])}.`)
    const findings: (Finding & { name: string })[] = []
    for (const { name, look } of checks) {
      const finding = await look()
      findings.push({ name, ...finding })
      if (!json) {
        out(`${marks[finding.state]}  ${name}: ${finding.says}\n`)
        if (finding.todo) out(`      ${finding.todo}\n`)
      }
      // Without settings nothing else can be looked at.
      if (name === 'settings' && finding.state === 'fail') break
    }
    const failed = findings.some(({ state }) => state === 'fail')
    if (json) out(`${JSON.stringify({ ok: !failed, findings })}\n`)
    return failed ? EXIT.failed : EXIT.done
  },
}
