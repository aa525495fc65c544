import type { Call } from '../../call'
import type { DaySpan } from '../../meter/day'
import { readPages, requestsAhead, type Step } from '../../upstream/tencent'
import { advance, type Place } from './place'
import { RECORDS_PER_PAGE, requestUsagePage, type UsageRecord, type UsageSelection } from './record'

export interface UsageRange extends UsageSelection {
  /** The calendar months, or parts of them, in order. */
  months: readonly DaySpan[]
}

/** Every page from this place on, in order, with the place after it; as long as `mayRequest` agrees. */
export async function* usagePages(
  { months, ...selection }: UsageRange,
  start: Place,
  mayRequest: (inFlight: number) => boolean,
  call: Call,
): AsyncGenerator<Step<UsageRecord, Place>> {
  let place = start
  for (const [index, span] of months.entries()) {
    if (index < place.month) continue
    const pages = readPages({
      first: place.page,
      total: place.total,
      pageSize: RECORDS_PER_PAGE,
      ahead: requestsAhead(call.environment),
      mayRequest,
      read: page => requestUsagePage({ ...selection, span, page, pageSize: RECORDS_PER_PAGE, isWhole: true }, call),
    })
    for await (const { records, total } of pages) {
      place = advance(place, total)
      yield { items: records, next: place }
    }
    // The month was left unfinished: no more may be requested.
    if (place.month === index) return
  }
}
