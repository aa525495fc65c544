import { addDecimals, compareDecimals, subtractDecimals } from './decimal'
import type { Kind } from './reading'

/** What one day of one meter was like: decimals in the meter's unit, sums never negative. */
export interface DaySummary {
  /** The value that the day began with: the last one before it, or its first where there was none. */
  open: string
  close: string
  /** Over the day's points and `open`. */
  min: string
  max: string
  consumed: string
  /** By top-ups; of a `usage` always 0. */
  added: string
  /** Only of a `usage`. */
  returned: string
  /** How many points the day has. */
  count: number
}

/** What was recorded of a reading that had a value. */
export interface Recorded {
  value: string
  period: string | null
  limit: string | null
  returned: string | null
}

type Movement = Pick<DaySummary, 'consumed' | 'added' | 'returned'>

const STILL: Movement = { consumed: '0', added: '0', returned: '0' }

/**
 * The day's summary after one more point. `soFar` is the summary of the same day up to `previous`, null when `next` is
 * the day's first point: the change since `previous`, of an earlier day, then counts into this day. With nothing known
 * of the point before but `soFar`, its close stands for it. Throws RangeError for what is not a decimal.
 */
export function summarize(soFar: DaySummary | null, kind: Kind, previous: Recorded | null, next: Recorded): DaySummary {
  const before = previous ?? (soFar && { value: soFar.close, period: null, limit: null, returned: null })
  const open = before?.value ?? next.value
  const day = soFar ?? { ...STILL, open, close: open, min: open, max: open, count: 0 }
  const moved = before ? movement(kind, before, next) : STILL
  return {
    open: day.open,
    close: next.value,
    min: compareDecimals(next.value, day.min) < 0 ? next.value : day.min,
    max: compareDecimals(next.value, day.max) > 0 ? next.value : day.max,
    consumed: addDecimals(day.consumed, moved.consumed),
    added: addDecimals(day.added, moved.added),
    returned: addDecimals(day.returned, moved.returned),
    count: day.count + 1,
  }
}

function movement(kind: Kind, previous: Recorded, next: Recorded): Movement {
  const isReset = previous.period !== null && next.period !== null && previous.period !== next.period
  switch (kind) {
    case 'usage':
      return usageMovement(isReset ? { value: '0', returned: '0' } : previous, next)
    case 'allowance':
      return isReset ? { ...STILL, consumed: usedOf(next) } : amountMovement(previous, next)
    // These never start anew, whatever period they are reported for.
    case 'balance':
    case 'credit':
      return amountMovement(previous, next)
  }
}

function amountMovement(previous: Pick<Recorded, 'value'>, next: Recorded): Movement {
  const { fall, rise } = change(previous.value, next.value)
  return { ...STILL, consumed: fall, added: rise }
}

function usageMovement(previous: Pick<Recorded, 'value' | 'returned'>, next: Recorded): Movement {
  if (previous.returned === null || next.returned === null) {
    const { fall, rise } = change(previous.value, next.value)
    return { ...STILL, consumed: rise, returned: fall }
  }
  const charges = change(addDecimals(previous.value, previous.returned), addDecimals(next.value, next.returned))
  const returns = change(previous.returned, next.returned)
  // A charge taken back counts as returned, and a return taken back as consumed: the sums only grow, and still add up.
  return {
    ...STILL,
    consumed: addDecimals(charges.rise, returns.fall),
    returned: addDecimals(returns.rise, charges.fall),
  }
}

/** What a new period has used up already, as far as its limit tells. */
function usedOf({ value, limit }: Recorded): string {
  if (limit === null || compareDecimals(limit, '0') < 0) return '0'
  return change(value, limit).rise
}

/** Of a change, the part downwards and the part upwards, of which at least one is 0. */
function change(from: string, to: string): { fall: string; rise: string } {
  const order = compareDecimals(from, to)
  return {
    // Not left to the subtraction: more decimals alone, as 10.1 → 10.10, are no change.
    fall: order > 0 ? subtractDecimals(from, to) : '0',
    rise: order < 0 ? subtractDecimals(to, from) : '0',
  }
}
