export interface Finding {
  state: 'ok' | 'warn' | 'fail'
  result: string
  /** What to do about it. */
  fix?: string
}

export const ok = (result: string): Finding => ({ state: 'ok', result })
export const warn = (result: string, fix: string): Finding => ({ state: 'warn', result, fix })
export const fail = (result: string, fix: string): Finding => ({ state: 'fail', result, fix })
