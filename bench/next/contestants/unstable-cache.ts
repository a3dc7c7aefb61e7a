import { unstable_cache } from 'next/cache'
import { loadUser } from '../load'

export const read = unstable_cache(loadUser, ['bench-user'], { revalidate: 3600 })
