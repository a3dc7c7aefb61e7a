import type { RestServer } from './child'
import { createSamples, median } from './measure'
import { bareClient, bentoOver, kitOver } from './redis-hit'
import type { Section } from './report'
import { sampleUser, tagsOf } from './sample'

/** 50 warm keys with two tags each, read side by side by a process that has read none of them. */
export async function sideBySide(server: RestServer, rounds: number, keys = 50): Promise<Section> {
  const ids = Array.from({ length: keys }, (_, i) => `side_${i}`)
  const load = (id: string) => async () => sampleUser(id)
  const fresh = {
    kit() {
      const userById = kitOver(server, 'side')
      return (id: string) => userById(id)
    },
    bentocache() {
      const bento = bentoOver(server, 'both')
      return (id: string) => bento.getOrSet({ key: id, ttl: '1h', tags: tagsOf(id), factory: load(id) })
    },
    'bare GETs'() {
      const redis = bareClient(server)
      return (id: string) => redis.get(`side:e:user.1:${id}`)
    },
  }
  const samples = createSamples()
  for (let round = -1; round < rounds; round++) {
    for (const [name, start] of Object.entries(fresh)) {
      const read = start()
      await server.reset()
      const begun = performance.now()
      await Promise.all(ids.map(read))
      const ms = performance.now() - begun
      const { http, commands } = await server.counts()
      // The first round fills Redis.
      if (round < 0) continue
      samples.add(`${name}: HTTP requests`, http)
      samples.add(`${name}: commands`, commands)
      samples.add(`${name}: time`, ms)
    }
  }
  return {
    title: `${keys} warm keys side by side`,
    note: 'Counted at the REST server; two tags each, nothing in the process yet.',
    figures: samples.names().map((name) => ({
      ...{ name, measured: median(samples.of(name)), rounds: samples.of(name) },
      unit: name.endsWith('time') ? 'ms' : '',
      ...(name === 'kit: HTTP requests' && { required: { exactly: 1 } }),
    })),
  }
}
