/** Next's bundler looks for this file in the folders above too, and would find the kit's. */
export function middleware() {}

export const config = { matcher: '/nowhere' }
