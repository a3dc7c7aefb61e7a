import { printable } from '../telemetry/printable'
import { type Command, EXIT, readFlags } from './command'
import { checks } from './doctor-checks'
import type { Finding } from './finding'

const marks: Record<Finding['state'], string> = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL' }

const shown = (lines: string) => lines.split('\n').map(printable).join('\n')

export const doctorCommand: Command = {
  summary:
    'checks the settings, Clerk, Redis, encryption, Google Calendar, webhooks and the clock, and says what to fix',
  usage: '    exit code 1 if a check fails',
  async run(argv, { out }) {
    const { json } = readFlags(argv, [])
    const findings: (Finding & { name: string })[] = []
    for (const { name, check } of checks) {
      const finding = await check()
      findings.push({ name, ...finding })
      if (!json) {
        out(`${marks[finding.state]}  ${name}: ${shown(finding.result)}\n`)
        if (finding.fix) out(`      ${shown(finding.fix)}\n`)
      }
      // The other checks need the settings.
      if (name === 'settings' && finding.state === 'fail') break
    }
    const failed = findings.some(({ state }) => state === 'fail')
    if (json) out(`${printable(JSON.stringify({ ok: !failed, findings }))}\n`)
    return failed ? EXIT.failed : EXIT.done
  },
}
