import { dayOf, HOUR, monthStart, startOf } from './calendar'
import { consumed, remaining } from './rhythm'

/** The credit of the simulated partner, in US cents. */
export interface PartnerCredit {
  quota: number
  /** The partner's account balance. */
  amount: number
  coupon: number
  due: number
  unbilled: number
  used: number
}

const QUOTA = 1_000_000
const PER_WEEK = 115_000
/** Bills are paid on the 15th at 10:00. */
const PAID_AFTER = 14 * 24 * HOUR + 10 * HOUR

/**
 * Spending is unbilled until its month ends, then due until it is paid; used = due + unbilled − amount − coupon, as the
 * document defines it.
 */
export function partnerCredit(instant: number): PartnerCredit {
  const month = monthStart(dayOf(instant))
  const monthBegan = startOf(month)
  const due = instant < monthBegan + PAID_AFTER ? spent(monthBegan) - spent(startOf(monthStart(month, -1))) : 0
  const unbilled = spent(instant) - spent(monthBegan)
  const amount = remaining({ seed: 'credit-amount', perWeek: 700, topUp: 5_000, low: 200 }, instant)
  const coupon = remaining({ seed: 'credit-coupon', perWeek: 300, topUp: 10_000, low: 0 }, instant)
  return { quota: QUOTA, amount, coupon, due, unbilled, used: due + unbilled - amount - coupon }
}

function spent(instant: number): number {
  return Math.floor(consumed('credit', PER_WEEK, instant))
}
