import { type Audit, audit, settle } from './audit'
import { ids } from './facts'
import type { Kit } from './kit'
import type { Step, Tag } from './steps'
import { drain } from './time'
import { createWorld, type World } from './world'

const tagText = (tag: Tag) =>
  tag.of === 'group' ? 'group' : tag.of === 'name' ? `name:${tag.name}` : `${tag.of}:${tag.id}`

function read(world: World, { proc, lookup, id, how, request }: Extract<Step, { do: 'read' }>) {
  if (how === 'many') return world.readMany(proc, lookup, [id, ...ids], request)
  if (how === 'warm') return void world.warm(proc, lookup, [...ids])
  if (how === 'twice') world.read(proc, lookup, id, 'one', request)
  world.read(proc, lookup, id, how === 'twice' ? 'one' : how, request)
}

/** Does one step; nothing arrives that the step does not deliver. */
async function take(world: World, step: Step): Promise<void> {
  const own = 'proc' in step ? world.process(step.proc) : undefined
  if (step.do === 'freeze' && own) world.freeze(step.proc, !own.frozen)
  else if (step.do === 'cut' && own) own.cut = !own.cut
  if (own?.frozen) return
  switch (step.do) {
    case 'read':
      return read(world, step)
    case 'readName':
      return void world.readName(step.proc, step.name)
    case 'invalidate':
      return world.invalidate(step.proc, [tagText(step.tag)], step.request)
    case 'revoke':
      return world.revoke(step.proc, step.id, [`token:${step.id}`])
    case 'compareAndDrop':
      return world.compareAndDrop(step.proc, step.lookup, step.id, step.request)
    case 'newRequest':
      return own?.renewRequests()
    case 'pass':
      return world.link.pass(step.pick)
    case 'lose':
      return world.link.lose(step.pick)
    case 'repeat':
      return world.link.repeat(step.pick)
    case 'endLoad':
      return world.source.end(step.pick, step.ending)
    case 'flow':
      return world.flow(step.ending, step.newestFirst)
    case 'advance':
      return world.time.advance(step.ms, async () => {
        if (step.flowing) await world.flow()
      })
    case 'stall':
      return world.stall(step.proc, step.ms)
    case 'refuse':
      return void own?.refuses.set(step.operation, step.times)
    case 'evict':
      return world.evict(step.pick)
    case 'corrupt':
      return world.corrupt(step.pick, step.how)
    case 'loseAnswers':
      return void own?.deaf.set(step.operation, step.times)
    case 'setClock':
      return world.setClock(step.ms)
    case 'toggleUser':
      return world.source.toggle(step.id)
    case 'rename':
      return world.source.rename(step.id, step.name)
  }
}

/** Runs the steps, waits until everything has ended, and audits on a quiet network; returns the first violation. */
export async function run(
  kit: Kit,
  steps: readonly Step[],
  quiet: Audit | undefined,
  log?: (line: string) => void,
): Promise<string | undefined> {
  const realNow = Date.now
  const world = createWorld(kit, log)
  Date.now = world.wallClock
  try {
    return await play(world, steps, quiet, log)
  } finally {
    Date.now = realNow
  }
}

async function play(
  world: World,
  steps: readonly Step[],
  quiet: Audit | undefined,
  log?: (line: string) => void,
): Promise<string | undefined> {
  const { violations } = world.chronicle
  for (const step of steps) {
    log?.(`— ${JSON.stringify(step)}`)
    await take(world, step)
    await drain()
    if (violations[0]) return violations[0]
  }
  log?.('— waiting until everything has ended')
  await settle(world)
  if (violations[0]) return violations[0]
  log?.(`— audit: ${quiet}`)
  if (quiet) await audit(world, quiet)
  world.checker.checkEvents()
  return violations[0]
}
