/** Asia/Shanghai has had no daylight saving since 1991: a fixed offset is exact. */
const OFFSET = 8 * 3_600_000
export const HOUR = 3_600_000
export const DAY = 86_400_000

/** A calendar day in Shanghai, as days since 1970-01-01. */
export type Day = number

export function dayOf(instant: number): Day {
  return Math.floor((instant + OFFSET) / DAY)
}

/** The instant at which the day begins. */
export function startOf(day: Day): number {
  return day * DAY - OFFSET
}

/** Weeks begin on Monday; 1970-01-01 was a Thursday. */
export function weekOf(day: Day): number {
  return Math.floor((day + 3) / 7)
}

/** 0 is Monday. */
export function weekdayOf(day: Day): number {
  return day + 3 - 7 * weekOf(day)
}

export function isWeekend(day: Day): boolean {
  return weekdayOf(day) > 4
}

/** The first day of the month that the day is in, or of one so many months later. */
export function monthStart(day: Day, monthsLater = 0): Day {
  const date = new Date(day * DAY)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + monthsLater, 1) / DAY
}

/** `20261120`; undefined when there is no such day. */
export function parseDay(text: string): Day | undefined {
  const parts = /^(\d{4})(\d{2})(\d{2})$/.exec(text)
  if (!parts) return undefined
  const instant = Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]))
  const iso = new Date(instant).toISOString().slice(0, 10)
  return iso === `${parts[1]}-${parts[2]}-${parts[3]}` ? instant / DAY : undefined
}
