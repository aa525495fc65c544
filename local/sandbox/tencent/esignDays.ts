import { type Day, monthStart, parseDay, startOf } from '../business/calendar'
import { Refusal } from '../upstream'
import { asString, type Parameters, required } from './parameters'

/** Calendar days in Shanghai, both included. */
export interface DayRange {
  first: Day
  last: Day
}

const LONGEST = 31
/** From 2026-10-10 a range may not leave its month. Source: the SDK's StartTime, since 4.1.313. */
const MONTH_RULE_SINCE = startOf(Date.UTC(2026, 9, 10) / 86_400_000)

/** The days from StartTime to EndTime. Throws InvalidParameterValue.InvalidTime for a range that the document forbids. */
export function usageDays(parameters: Parameters, now: number): DayRange {
  const first = parseDay(asString(required(parameters, 'StartTime'), 'StartTime'))
  const last = parseDay(asString(required(parameters, 'EndTime'), 'EndTime'))
  if (first === undefined || last === undefined) throw invalidTime('日期格式应为yyyymmdd')
  if (first > last) throw invalidTime('开始时间晚于结束时间')
  if (last - first + 1 > LONGEST) throw invalidTime('时间跨度不能大于31天')
  if (now >= MONTH_RULE_SINCE && monthStart(first) !== monthStart(last)) {
    throw invalidTime('开始日期和结束日期必须在同一个自然月内')
  }
  return { first, last }
}

function invalidTime(reason: string): Refusal {
  return new Refusal('InvalidParameterValue.InvalidTime', `非法的时间参数:${reason}`)
}
