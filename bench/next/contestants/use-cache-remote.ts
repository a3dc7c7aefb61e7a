import { cacheLife } from 'next/cache'
import { loadUser } from '../load'

export async function read(id: string) {
  'use cache: remote'
  cacheLife('hours')
  return loadUser(id)
}
