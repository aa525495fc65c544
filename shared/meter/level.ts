import { addDecimals, alignDecimals, compareDecimals, parseDecimal, subtractDecimals } from './decimal'
import type { Kind, Level, Standing } from './reading'

/** Percent of the whole, 0 to 100: with so much left, or less, a meter is at that level. At 0 none ever is. */
export interface Thresholds {
  lowPercent: number
  criticalPercent: number
}

export const DEFAULT_THRESHOLDS: Thresholds = { lowPercent: 20, criticalPercent: 5 }

/** What the level of a meter depends on: decimals in its unit. */
interface Amounts {
  kind: Kind
  value: string | null
  limit: string | null
  /** A balance after its last top-up. */
  full: string | null
}

/** In place of thousandths, where these cannot be said: after all others. */
export const ORDER_UNKNOWN = 2000

const RANK_OF_LEVEL: Record<Level, number> = { exhausted: 0, critical: 1, low: 2, ok: 6 }
const RANK_OF_STANDING: Record<Exclude<Standing, 'current'>, number> = {
  failing: 3,
  stale: 4,
  'no-data': 5,
  'not-granted': 7,
  'not-applicable': 8,
}

/**
 * How much is left, in words; for a meter in standing `current` only. With no whole to compare with, all that is not
 * exhausted is ok. Throws RangeError for what is not a decimal, or not a percentage.
 */
export function levelOf(meter: Amounts & { value: string }, thresholds = DEFAULT_THRESHOLDS): Level {
  const left = leftOf(meter)
  if (left === null) return 'ok'
  if (compareDecimals(left, '0') <= 0) return 'exhausted'
  const whole = wholeOf(meter)
  if (whole === null) return 'ok'
  if (isWithin(left, whole, thresholds.criticalPercent)) return 'critical'
  return isWithin(left, whole, thresholds.lowPercent) ? 'low' : 'ok'
}

/**
 * The whole of a balance: what it was after its last top-up. A rise to at least half of the whole is one; a smaller one,
 * a refund, leaves the whole as it was, or a balance of next to nothing would look full. `previous` is what was last
 * recorded, null when nothing was. Throws RangeError for what is not a decimal.
 */
export function fullAfter(previous: { value: string | null; full: string | null } | null, value: string): string {
  if (!previous || previous.value === null) return value
  const full = previous.full ?? previous.value
  const isRise = compareDecimals(value, previous.value) > 0
  const isWhole = compareDecimals(value, full) >= 0 || (isRise && compareDecimals(addDecimals(value, value), full) >= 0)
  return isWhole ? value : full
}

/**
 * Thousandths of the whole that are left, rounded down, 0 to 1000; 2000 where that cannot be said. Throws RangeError
 * for what is not a decimal.
 */
export function orderOf(meter: Amounts): number {
  const left = leftOf(meter)
  const whole = wholeOf(meter)
  if (left === null || whole === null) return ORDER_UNKNOWN
  const [part, all] = alignDecimals(left, whole)
  // Bounded before it becomes a number, which a bigint of any length may not.
  if (part <= 0n) return 0
  return part >= all ? 1000 : Number((part * 1000n) / all)
}

/** Urgency, 0 the most urgent. The level counts in standing `current` only; current without one is like `ok`. */
export function rankOf(standing: Standing, level: Level | null): number {
  return standing === 'current' ? RANK_OF_LEVEL[level ?? 'ok'] : RANK_OF_STANDING[standing]
}

/** Null where nothing can run out, or nothing is known. */
function leftOf({ kind, value, limit }: Amounts): string | null {
  if (kind !== 'usage' || value === null) return value
  return limit === null ? null : subtractDecimals(limit, value)
}

/** Null where there is none, or none above 0. */
function wholeOf({ kind, limit, full }: Amounts): string | null {
  const whole = kind === 'balance' ? full : limit
  return whole !== null && compareDecimals(whole, '0') > 0 ? whole : null
}

function isWithin(left: string, whole: string, percent: number): boolean {
  const share = parseDecimal(String(percent))
  if (!share) throw new RangeError('not a percentage')
  const [part, all] = alignDecimals(left, whole)
  return part * 100n * 10n ** BigInt(share.scale) <= all * share.units
}
