export { getCachedUserById as read } from '@/lib/cache/clerk-cache'
