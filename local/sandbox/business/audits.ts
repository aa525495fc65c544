import { dayOf, HOUR, isWeekend, monthStart, startOf } from './calendar'
import { chance } from './chance'

/** The code audits of the simulated service provider. */
export interface AuditQuota {
  rest: number
  limit: number
  speedupRest: number
  speedupLimit: number
}

const LIMIT = 80
const SPEEDUP_LIMIT = 3
/** Every so many releases one is urgent. */
const URGENT = 25

/** What is left this month: one to four releases on a weekday, between 10:00 and 19:00; all given back on the 1st. */
export function auditQuota(instant: number): AuditQuota {
  const today = dayOf(instant)
  let released = 0
  for (let day = monthStart(today); day <= today; day++) {
    if (isWeekend(day)) continue
    const releases = 1 + Math.floor(4 * chance('audit', day))
    for (let release = 0; release < releases; release++) {
      const at = startOf(day) + 10 * HOUR + ((release + chance('audit', day, release)) * 9 * HOUR) / releases
      if (at <= instant) released++
    }
  }
  return {
    rest: Math.max(0, LIMIT - released),
    limit: LIMIT,
    speedupRest: Math.max(0, SPEEDUP_LIMIT - Math.floor(released / URGENT)),
    speedupLimit: SPEEDUP_LIMIT,
  }
}
