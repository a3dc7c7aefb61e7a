import { startStandIns } from '../../local/stand-ins'

/** The stand-ins as a process of their own: sends their environment, and ends with the process that started it. */
const standIns = await startStandIns(0, { ports: { clerk: 0, upstash: 0, google: 0 } })
standIns.clerk.webhooks.target(undefined)
process.once('disconnect', async () => {
  await standIns.close()
  process.exit()
})
process.send?.(standIns.env)
