import { once } from 'node:events'
import { z } from 'zod'
import { forkHere, nextMessage, startRestServer } from './child'
import { median } from './measure'
import type { Figure, Section } from './report'
import { startUpstream } from './upstream'

const answer = z.object({ ms: z.number(), uncached: z.number() })

interface Size {
  processes: number
  callers: number
  keys: number
}

export type Fleet = Awaited<ReturnType<typeof startFleet>>

/** Processes that read over a REST endpoint each, which counts it alone; one Redis and one upstream behind them. */
async function startFleet(size: Size) {
  const server = await startRestServer(size.processes)
  const upstream = await startUpstream()
  const { token } = server
  const workers = server.urls.map((url) => {
    const child = forkHere('fleet-worker', [JSON.stringify({ url, token, upstream: upstream.url })])
    return { url, child, ready: nextMessage(child) }
  })
  await Promise.all(workers.map(({ ready }) => ready))

  /** Commands of each process, loads of all and the time until the last caller had his answer. */
  async function run(members: typeof workers, lookup: 'one' | 'batch', name: string) {
    const ids = Array.from({ length: size.keys }, (_, i) => `${lookup}_${name}_${i}`)
    await Promise.all(members.map(({ url }) => server.reset(url)))
    const answers = await Promise.all(
      members.map(async ({ child }) => {
        const answered = nextMessage(child)
        child.send({ lookup, callers: size.callers, ids })
        return answer.parse(await answered)
      }),
    )
    const counts = await Promise.all(members.map(({ url }) => server.counts(url)))
    const commands = counts.map((count) => count.commands)
    return {
      loads: upstream.loads(ids),
      most: Math.max(...commands),
      commands: commands.reduce((sum, count) => sum + count, 0),
      ms: Math.max(...answers.map(({ ms }) => ms)),
      uncached: answers.reduce((sum, { uncached }) => sum + uncached, 0),
    }
  }

  return {
    workers,
    run,
    async close() {
      for (const { child } of workers) if (child.connected) child.disconnect()
      await Promise.all(workers.map(({ child }) => child.exitCode ?? once(child, 'exit')))
      upstream.close()
      await server.close()
    },
  }
}

export async function withFleet<R>(size: Size, use: (fleet: Fleet) => Promise<R>): Promise<R> {
  const fleet = await startFleet(size)
  try {
    return await use(fleet)
  } finally {
    await fleet.close()
  }
}

/** Many processes whose callers all want the same cold keys at once. */
export const fleet = (
  rounds: number,
  size: Size = { processes: 16, callers: 200, keys: 50 },
): Promise<Section> => withFleet(size, (fleet) => measure(fleet, rounds, size))

async function measure({ workers, run }: Fleet, rounds: number, size: Size): Promise<Section> {
  async function compare(lookup: 'one' | 'batch', title: string): Promise<Figure[]> {
    const lone: Awaited<ReturnType<typeof run>>[] = []
    const all: typeof lone = []
    // Unmeasured, in every process: connections, compilation, and the scripts that Redis keeps.
    await run(workers, lookup, 'warm')
    for (let round = 0; round < rounds; round++) {
      const turn = round % workers.length
      lone.push(await run(workers.slice(turn, turn + 1), lookup, `lone${round}`))
      all.push(await run(workers, lookup, `all${round}`))
    }
    const loads = all.map((round) => round.loads)
    const ratios = all.map(({ most }, round) => most / (lone[round]?.most ?? Number.NaN))
    const figure = (name: string, rounds: number[], unit = '') => ({
      ...{ name: `${title}: ${name}`, measured: median(rounds), unit, rounds },
    })
    return [
      {
        ...figure('loads, worst round', loads),
        measured: Math.max(...loads),
        required: { exactly: size.keys },
      },
      {
        ...figure('busiest process ÷ a lone one, commands, worst round', ratios, '×'),
        ...{ measured: Math.max(...ratios), required: { atMost: 3 } },
      },
      ...[
        figure(
          'commands of a lone process',
          lone.map(({ most }) => most),
        ),
      ],
      ...[
        figure(
          'commands of the busiest process',
          all.map(({ most }) => most),
        ),
      ],
      ...[
        figure(
          'commands of the fleet',
          all.map(({ commands }) => commands),
        ),
      ],
      ...[
        figure(
          'time, lone process',
          lone.map(({ ms }) => ms),
          'ms',
        ),
      ],
      ...[
        figure(
          'time, fleet',
          all.map(({ ms }) => ms),
          'ms',
        ),
      ],
    ]
  }

  return {
    title: `${size.processes} processes × ${size.callers} callers × ${size.keys} cold keys`,
    note: 'Loads counted at the upstream (400 to 600 ms each), commands at one REST endpoint for each process, over one Redis.',
    figures: [
      ...(await compare('one', 'a request for each key')),
      ...(await compare('batch', 'a request for all keys')),
    ],
  }
}
