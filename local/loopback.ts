/**
 * Whether a Host header names this machine. A page whose own name was pointed at 127.0.0.1 (DNS rebinding) has the same
 * origin as a stand-in in the browser's eyes, and sends its own name.
 */
export const isLoopback = (host = '') => /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host)

export const FOREIGN_HOST = 'Use localhost or 127.0.0.1: requests for other hosts are refused.'
