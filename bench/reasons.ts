const OWN_WORK =
  'the local server is so near that a bare GET takes 0.4 ms, most of it CPU. Against it stand some 60 to 100 µs of the kit: keys, tags and batching before, and the generation, the MAC, parsing, freezing and events after. Reading four keys instead of one costs almost nothing, as the bare MGET shows, and a bare GET parses nothing. Over a network with 1 ms the same work is a tenth of a read. Returning the object that was decoded from the same text before was measured: 1.24 became 1.19, and 1.21 became 1.19. It is not built, because it would keep what people deleted in the memory of a process for little. Over TCP (`REDIS_URL`), whose client works less, the ratio is about 1.'

const BUSY =
  'the machine was used by others, and the writer adds a hundred thousand records a second with what is left of a core.'

/** Why a target is missed, by section and figure. The page cannot be written for a miss that is not here. */
export const reasons: Record<string, string> = {
  'The kit inside Next: 100 users in one render: kit ÷ one MGET':
    'each user is checked (MAC, generation, shape), parsed and frozen, which `bench/mac.ts` measures as about 17 µs, or 1.7 ms for 100. The rest is not measured apart: the one command reads four keys for each user (the entry, its tag version, its soft and its hard expiry), and a render remembers 100 promises. The number of requests is the same: one.',
  'A Redis hit, p50: kit ÷ bare GET': OWN_WORK,
  'A Redis hit on an OAuth token, p50: kit ÷ bare GET': `${OWN_WORK} A token is also decrypted and told to the audit trail, and the same command reads the user, who may be banned.`,
  'Counting a process-cache hit: counted ÷ no listener':
    'a hit is an event for four listeners (counts, metrics, traces, log), which together take a fraction of a microsecond. The target is a part of a hit that itself takes about as long on a busy machine.',
  'The batch writer: an add': BUSY,
  'The batch writer: records lost': BUSY,
  'The batch writer: records a second': BUSY,
  'The batch writer: event-loop delay, p99': BUSY,
}
