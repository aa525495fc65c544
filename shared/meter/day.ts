const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

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
    from = month === 12 ? dayOf(year + 1, 1, 1) : dayOf(year, month + 1, 1)
  }
  return spans
}

function partsOf(day: string) {
  return { year: Number(day.slice(0, 4)), month: Number(day.slice(4, 6)), date: Number(day.slice(6, 8)) }
}

function dayOf(year: number, month: number, date: number): string {
  return `${String(year).padStart(4, '0')}${String(month).padStart(2, '0')}${String(date).padStart(2, '0')}`
}

function daysInMonth(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 && isLeap ? 29 : (DAYS_IN_MONTH[month - 1] ?? 0)
}
