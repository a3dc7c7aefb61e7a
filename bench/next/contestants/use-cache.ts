import { cacheLife } from 'next/cache'
import { loadUser } from '../load'

export async function read(id: string) {
  'use cache'
  cacheLife('hours')
  return loadUser(id)
}
