import { clerk } from '../load'

export const read = (id: string) => clerk().users.getUser(id)
