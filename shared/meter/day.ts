const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
export const MINUTE_MS = 60_000
export const DAY_MS = 86_400_000
/** Asia/Shanghai; it has had no summer time since 1991, and days are counted as if it never had. */
const OFFSET_MS = 8 * 3_600_000

/** A span of calendar days, both ends included, as yyyymmdd. */
export interface DaySpan {
  start: string
  end: string
}

/** Whether this is a day of the calendar since 1970, as yyyymmdd. */
export function isDay(day: string): boolean {
  if (!/^\d{8}$/.test(day)) return false
  const { year, month, date } = partsOf(day)
  return year >= 1970 && month >= 1 && month <= 12 && date >= 1 && date <= daysInMonth(year, month)
}

/** Whether both days are in one calendar month. */
export function isSameMonth(left: string, right: string): boolean {
  return left.slice(0, 6) === right.slice(0, 6)
}

/** The span cut at month ends, in order; none when the end is before the start. Both must be days. */
export function splitByMonth(start: string, end: string): DaySpan[] {
  const spans: DaySpan[] = []
  let from = start
  while (from <= end) {
    const { year, month } = partsOf(from)
    const lastOfMonth = dayOf(year, month, daysInMonth(year, month))
    spans.push({ start: from, end: lastOfMonth < end ? lastOfMonth : end })
    // Not left to the loop's condition: the day after the year 9999 would sort before it.
    if (lastOfMonth >= end) break
    from = firstOfNextMonth(year, month)
  }
  return spans
}

/** The Shanghai day of an instant (epoch ms). Throws RangeError outside 1970 to 9999. */
export function dayAt(instant: number): string {
  const shifted = new Date(instant + OFFSET_MS)
  return needDay(dayOf(shifted.getUTCFullYear(), shifted.getUTCMonth() + 1, shifted.getUTCDate()))
}

/** As `2026-11-21 20:10:07` in Shanghai. */
export function timeAt(instant: number): string {
  return new Date(instant + OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ')
}

/** When the day starts in Shanghai, epoch ms. Throws RangeError for what is no day. */
export function startOfDay(day: string): number {
  const { year, month, date } = partsOf(needDay(day))
  return Date.UTC(year, month - 1, date) - OFFSET_MS
}

/** The day `count` days later, earlier when negative. Throws RangeError for what is no day, or outside 1970 to 9999. */
export function addDays(day: string, count: number): string {
  return dayAt(startOfDay(day) + count * DAY_MS)
}

/**
 * The days of a span in order, both ends included; none when the end is before the start. Throws RangeError for what is
 * no day.
 */
export function eachDay(from: string, to: string): string[] {
  const start = startOfDay(from)
  const length = (startOfDay(to) - start) / DAY_MS + 1
  return Array.from({ length }, (_, index) => dayAt(start + index * DAY_MS))
}

/**
 * The same date `count` months earlier, or the last one of a month that is too short for it. Throws RangeError for what
 * is no day, or before 1970.
 */
export function monthsBefore(day: string, count: number): string {
  const { year, month, date } = partsOf(needDay(day))
  const months = year * 12 + month - 1 - count
  const toYear = Math.floor(months / 12)
  const toMonth = months - toYear * 12 + 1
  return needDay(dayOf(toYear, toMonth, Math.min(date, daysInMonth(toYear, toMonth))))
}

/** When the Shanghai month after that of the instant starts, epoch ms. Throws RangeError outside 1970 to 9999. */
export function nextMonthStart(instant: number): number {
  const { year, month } = partsOf(dayAt(instant))
  return startOfDay(firstOfNextMonth(year, month))
}

/** When the Shanghai day after that of the instant starts, epoch ms. Throws RangeError outside 1970 to 9999. */
export function nextDayStart(instant: number): number {
  return startOfDay(dayAt(instant)) + DAY_MS
}

function needDay(day: string): string {
  if (!isDay(day)) throw new RangeError('not a day')
  return day
}

function partsOf(day: string) {
  return { year: Number(day.slice(0, 4)), month: Number(day.slice(4, 6)), date: Number(day.slice(6, 8)) }
}

function dayOf(year: number, month: number, date: number): string {
  return `${String(year).padStart(4, '0')}${String(month).padStart(2, '0')}${String(date).padStart(2, '0')}`
}

function firstOfNextMonth(year: number, month: number): string {
  return month === 12 ? dayOf(year + 1, 1, 1) : dayOf(year, month + 1, 1)
}

function daysInMonth(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 && isLeap ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0)
}
