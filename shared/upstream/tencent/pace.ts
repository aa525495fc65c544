import { type Environment, misconfigured } from '../../call'
import { createPace, type Pace } from '../pace'

const VARIABLE = 'TENCENT_REQUESTS_PER_SECOND'
/** Of the 20 per second that Tencent Cloud allows per action and account; the burst makes up for most of the rest. */
const DEFAULT_PER_SECOND = 15
const BURST = 4

/** How many requests per second may go out. Throws NOT_CONFIGURED for an unusable TENCENT_REQUESTS_PER_SECOND. */
export function requestsPerSecond(environment: Environment): number {
  const value = environment.get(VARIABLE) ?? String(DEFAULT_PER_SECOND)
  const perSecond = /^\d{1,5}$/.test(value) ? Number(value) : 0
  if (perSecond < 1 || perSecond > 10_000) {
    throw misconfigured(VARIABLE, { zh: '1 至 10000 的整数', en: 'a whole number from 1 to 10000' })
  }
  return perSecond
}

/** How many requests may wait for their turn or their answer at a time: enough to keep up the pace, few to keep in memory. */
export function requestsAhead(environment: Environment): number {
  return Math.min(8, requestsPerSecond(environment))
}

const paces = new Map<string, Pace>()

/** The pace of this action, one for the life of the instance unless the configuration changes. */
export function paceFor(action: string, environment: Environment): Pace {
  const perSecond = requestsPerSecond(environment)
  const key = `${action} ${perSecond}`
  const known = paces.get(key)
  if (known) return known
  // Whoever asks for fewer than the default wants fewer at once, too.
  const burst = Math.max(1, Math.min(BURST, Math.floor((BURST * perSecond) / DEFAULT_PER_SECOND)))
  const pace = createPace({ perSecond, burst })
  paces.set(key, pace)
  return pace
}
