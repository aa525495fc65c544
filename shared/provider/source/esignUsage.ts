import { dayAt, nextMonthStart, startOfDay } from '../../meter/day'
import type { Reading } from '../../meter/reading'
import { usagePages } from '../esign/pages'
import { START } from '../esign/place'
import { QUOTA_TYPES } from '../esign/record'
import { addRecords, addSums, MOST_KINDS, type Sums } from '../esign/summary'
import { noSuchMeter } from './noSuchMeter'
import { quotaTypeTitle } from './quotaTypes'
import type { Source } from './source'
import {
  advanceRound,
  daysOf,
  isComplete,
  memoryFrom,
  memoryOf,
  roundFrom,
  spansOf,
  startRound,
  type UsageMemory,
} from './usageRound'

const SECRETS = ['TENCENT_SECRET_ID', 'TENCENT_SECRET_KEY'] as const
const APPLICATION = 'TENCENT_ESS_APP_ID'

/**
 * What each kind of e-sign package was used this month, net of returns: a page of fifty charges and returns per call, of
 * the days that are not settled. The readings come with the last step.
 */
export const esignUsage: Source = {
  intervalMinutes: 60,
  variables: { secret: SECRETS, plain: [APPLICATION] },
  isConfigured: environment => [...SECRETS, APPLICATION].every(name => environment.get(name) !== undefined),

  async *read({ from, memory, mayRequest }, call) {
    const application = call.environment.need(APPLICATION)
    const at = call.clock.now()
    const today = dayAt(at)
    const known = memoryFrom(memory, application)
    let round = roundFrom(from, application, today) ?? startRound(known, application, today)
    for await (const { items, next } of usagePages({ months: spansOf(round) }, round.place, mayRequest, call)) {
      round = advanceRound(round, items, next)
      if (!isComplete(round)) {
        yield { readings: [], next: round }
        continue
      }
      const sums = addSums(round.settledSums, round.openSums)
      const kinds = kindsOf(sums, known)
      const remembered = memoryOf(round, kinds)
      yield {
        readings: kinds.map(kind => readingOf(kind, sums, round.open.end, at)),
        ...(remembered && { memory: remembered }),
      }
    }
  },

  async readOne(key, { memory }, call) {
    const application = call.environment.need(APPLICATION)
    const at = call.clock.now()
    const today = dayAt(at)
    const known = memoryFrom(memory, application)
    const round = startRound(known, application, today)
    // A kind that cannot be asked for is picked out of all.
    const quotaType = QUOTA_TYPES.find(type => type === key)
    let sums = round.settledSums
    const pages = usagePages({ months: [daysOf(round)], quotaType }, START, () => true, call)
    for await (const { items } of pages) {
      sums = addRecords(
        sums,
        items.filter(record => record.quotaType === key),
      )
    }
    if (!kindsOf(sums, known).includes(key)) throw noSuchMeter()
    return readingOf(key, sums, today, at)
  },
}

/** Those used this month first. */
function kindsOf(sums: Sums, known: UsageMemory | undefined): string[] {
  return [...new Set([...sums.map(([kind]) => kind), ...(known?.kinds ?? [])])].slice(0, MOST_KINDS)
}

/** Of the month up to this day. A kind without charges was not used. */
function readingOf(kind: string, sums: Sums, day: string, at: number): Reading {
  const [, charged = 0, returned = 0] = sums.find(([each]) => each === kind) ?? []
  return {
    key: kind,
    at,
    title: quotaTypeTitle(kind),
    kind: 'usage',
    unit: 'uses',
    value: String(charged - returned),
    limit: null,
    standing: 'current',
    period: day.slice(0, 6),
    resetsAt: nextMonthStart(startOfDay(day)),
    returned: String(returned),
  }
}
