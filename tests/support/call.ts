import { type Call, environmentFrom, type Language, type LogFields, newTally, startDeadline } from '../../shared/call'
import { type FakeClock, fakeClock } from './clock'

export interface LogLine extends LogFields {
  event: string
}

/** A call whose clock and log a test holds. */
export interface TestCall extends Call {
  clock: FakeClock
  /** What was logged so far. */
  lines: LogLine[]
}

export interface TestCallOptions {
  variables?: NodeJS.ProcessEnv
  clock?: FakeClock
  budgetMs?: number
  language?: Language
}

/** Enough for product code that loads wx-server-sdk. */
export const SDK_VARIABLES = { TENCENTCLOUD_SECRETID: 'id', TENCENTCLOUD_SECRETKEY: 'key' }

export function makeCall({
  variables = {},
  clock = fakeClock(),
  budgetMs = 3000,
  language = 'en',
}: TestCallOptions = {}): TestCall {
  const lines: LogLine[] = []
  return {
    requestId: 'request-1',
    clock,
    deadline: startDeadline(budgetMs, clock),
    environment: environmentFrom(variables),
    log: (event, fields) => void lines.push({ event, ...fields }),
    language,
    tally: newTally(),
    lines,
  }
}
