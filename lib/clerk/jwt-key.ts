import { createPublicKey, type KeyObject } from 'node:crypto'

/** The public key in `CLERK_JWT_KEY`, a PEM whose lines may be written as `\\n`. @throws Error for text that is no public key */
export const readJwtKey = (pem: string): KeyObject => createPublicKey(pem.replaceAll('\\n', '\n'))
