import { Redis } from '@upstash/redis'

// The plainest handler for `'use cache: remote'` over Upstash: one GET for a read, no tags.
let client
const redis = () => {
  client ??= new Redis({
    url: process.env.UPSTASH_REDIS_REST_URL,
    token: process.env.UPSTASH_REDIS_REST_TOKEN,
    automaticDeserialization: false,
  })
  return client
}

const bytesOf = (stream) => new Response(stream).arrayBuffer()

const handler = {
  async get(key) {
    const text = await redis().get(`next:${key}`)
    if (text === null) return undefined
    const { value, ...entry } = JSON.parse(text)
    return { ...entry, value: new Response(Buffer.from(value, 'base64')).body }
  },
  async set(key, pending) {
    const { value, ...entry } = await pending
    const base64 = Buffer.from(await bytesOf(value)).toString('base64')
    await redis().set(`next:${key}`, JSON.stringify({ ...entry, value: base64 }), { ex: 3600 })
  },
  async refreshTags() {},
  getExpiration: async () => 0,
  async updateTags() {},
}
export default handler
