import { DAY, dayOf, startOf } from './calendar'
import { chance } from './chance'

/** How often an API may be called and was called today. */
export interface ApiUsage {
  dailyLimit: number
  used: number
}

/** What is used up of a day's calls: more with every hour, another pace each day, none at midnight in Shanghai. */
export function apiUsage(path: string, dailyLimit: number, instant: number): ApiUsage {
  const today = dayOf(instant)
  const byMidnight = dailyLimit * (0.3 + 0.6 * chance('api', path, today))
  return { dailyLimit, used: Math.floor((byMidnight * (instant - startOf(today))) / DAY) }
}
