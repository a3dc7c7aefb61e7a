import { type Expert, money } from './expert'

export interface Filter {
  /** Empty: any. */
  specialty: string
  /** The most an hour may cost, such as `EUR-180`. Empty: any. */
  price: string
}

type Params = Record<string, string | string[] | undefined>

const textOf = (value: Params[string]) => (typeof value === 'string' ? value : '')

/** What an address asks for. What is given twice is ignored. */
export const filterOf = (params: Params): Filter => ({
  specialty: textOf(params.specialty),
  price: textOf(params.price),
})

function limitOf(price: string): { currency: string; amount: number } | undefined {
  const [, currency, amount] = /^([A-Z]{3})-(\d{1,9})$/.exec(price) ?? []
  return currency && amount ? { currency, amount: Number(amount) } : undefined
}

/** Prices in another currency cannot be compared, so they are left out. A price that is none leaves out nobody. */
export function matches({ specialties, price }: Expert, filter: Filter): boolean {
  if (filter.specialty && !specialties.includes(filter.specialty)) return false
  const limit = limitOf(filter.price)
  return !limit || (price !== null && price.currency === limit.currency && price.amount <= limit.amount)
}

export interface Options {
  specialties: string[]
  prices: { value: string; label: string }[]
}

/**
 * What these experts can be filtered by: every specialty, and up to three prices of each currency. What is chosen is among
 * them, so that the selects show it: somebody may have it from an address.
 */
export function optionsOf(experts: readonly Expert[], chosen?: Filter): Options {
  const byCurrency = new Map<string, number[]>()
  for (const { price } of experts)
    if (price) byCurrency.set(price.currency, [...(byCurrency.get(price.currency) ?? []), price.amount])
  const limits = [...byCurrency].flatMap(([currency, amounts]) =>
    stepsOf(amounts).map((amount) => ({ currency, amount })),
  )
  const limit = limitOf(chosen?.price ?? '')
  if (limit && !limits.some((one) => one.currency === limit.currency && one.amount === limit.amount))
    limits.push(limit)
  const specialties = [...experts.flatMap((expert) => expert.specialties), chosen?.specialty ?? '']
  return {
    specialties: [...new Set(specialties)].filter(Boolean).sort((a, b) => a.localeCompare(b, 'en')),
    prices: limits
      .sort((a, b) => a.currency.localeCompare(b.currency, 'en') || a.amount - b.amount)
      .map(({ currency, amount }) => ({
        value: `${currency}-${amount}`,
        label: `Up to ${money(amount, currency)}`,
      })),
  }
}

/** Round amounts that about a quarter, a half and three quarters of the experts do not exceed. */
function stepsOf(amounts: number[]): number[] {
  const sorted = amounts.filter((amount) => amount >= 1 && amount < 1e8).sort((a, b) => a - b)
  const step = Math.max(1, 10 ** Math.floor(Math.log10(sorted.at(-1) ?? 1)) / 10)
  const steps = [0.25, 0.5, 0.75].flatMap((share) => {
    const amount = sorted[Math.floor(share * sorted.length)]
    return amount === undefined ? [] : Math.ceil(amount / step) * step
  })
  return [...new Set(steps)]
}
