import * as v from 'valibot'
import type { Call } from '../call'
import { splitByMonth } from '../meter/day'
import { collect, cursorFor, placeFrom, untilTimeIsUp } from '../upstream/tencent'
import { type UsageRange, usagePages } from './esign/pages'
import { type Place, placeSchema, START, totalAt } from './esign/place'
import { RECORDS_PER_PAGE, requestUsagePage, type UsageRecord, type UsageSelection } from './esign/record'
import { addRecords, type Sums, summaryFrom, sumsSchema, type UsageSummary } from './esign/summary'

export { QUOTA_TYPES, RECORDS_PER_PAGE } from './esign/record'

export interface UsageQuery extends UsageSelection {
  /** First day, yyyymmdd in Shanghai. */
  startTime: string
  /** Last day; for a single page in the same calendar month. */
  endTime: string
  /** A page number from 0. */
  offset?: number | undefined
  /** 1 to 50, default 50. */
  limit?: number | undefined
  /** Every record of the range, however many months it spans. */
  all?: boolean | undefined
  /** Sums over every record instead of the records. */
  summarize?: boolean | undefined
  /** The `next` of the answer before. */
  cursor?: string | undefined
}

interface Continuation {
  /** What did not fit the time-out or the answer is left: call again with `cursor: next`. */
  partial?: true
  next?: string
  /**
   * Records were added while a month was being read: one may be missing or come twice. End the range yesterday for a
   * settled figure.
   */
  changedWhileReading?: true
}

export interface UsageDetails extends Continuation {
  details: UsageRecord[]
  /** Records by the upstream's count: of the range; in a partial answer, of the months reached so far. */
  total: number
}

export interface UsageSums extends Continuation {
  /** By name of the kind; in a partial answer, of all records from the start of the range so far. */
  summary: UsageSummary[]
}

/**
 * What e-sign packages were charged and given back. Source: ChannelDescribeBillUsageDetail (essbasic 2021-05-26). One page
 * as asked; with `all` or `summarize` every record of the range, as far as time and the size of the answer allow. Throws
 * INVALID_ARGUMENT for a cursor of another question, NOT_CONFIGURED without TENCENT_ESS_APP_ID or for an unknown one,
 * UPSTREAM_CHANGED for incomplete records or pages, upstream errors.
 */
export async function readUsageDetail(query: UsageQuery, call: Call): Promise<UsageDetails | UsageSums> {
  if (query.summarize) return summarize(query, call)
  if (query.all) return listAll(query, call)
  const { startTime, endTime, quotaType, proxyOrganizationOpenId, offset = 0, limit = RECORDS_PER_PAGE } = query
  const span = { start: startTime, end: endTime }
  const request = { span, quotaType, proxyOrganizationOpenId, page: offset, pageSize: limit }
  const { records, total } = await requestUsagePage(request, call)
  return { details: records, total }
}

async function listAll(query: UsageQuery, call: Call): Promise<UsageDetails> {
  const { range, question } = prepare('all', query, call)
  const start = query.cursor === undefined ? START : placeFrom(query.cursor, question, within(range))
  const { items, reached } = await collect(start, mayRequest => usagePages(range, start, mayRequest, call), call)
  return {
    details: items,
    total: totalAt(reached),
    ...continuation(range, reached, () => cursorFor(question, reached)),
  }
}

async function summarize(query: UsageQuery, call: Call): Promise<UsageSums> {
  const { range, question } = prepare('summarize', query, call)
  const schema = v.strictTuple([within(range), sumsSchema])
  const before: [Place, Sums] = query.cursor === undefined ? [START, []] : placeFrom(query.cursor, question, schema)
  const [start] = before
  let [reached, sums] = before
  await untilTimeIsUp(
    call,
    () => reached !== start,
    async () => {
      for await (const { items, next } of usagePages(range, start, () => true, call)) {
        sums = addRecords(sums, items)
        reached = next
      }
    },
  )
  const rest = continuation(range, reached, () => cursorFor(question, [reached, sums]))
  return { summary: summaryFrom(sums), ...rest }
}

function prepare(mode: 'all' | 'summarize', query: UsageQuery, { environment }: Call) {
  const { startTime, endTime, quotaType, proxyOrganizationOpenId } = query
  const range: UsageRange = { months: splitByMonth(startTime, endTime), quotaType, proxyOrganizationOpenId }
  const application = environment.need('TENCENT_ESS_APP_ID')
  const question = [mode, startTime, endTime, quotaType ?? null, proxyOrganizationOpenId ?? null, application]
  return { range, question }
}

/** A place that the range has. */
function within({ months }: UsageRange) {
  return v.pipe(
    placeSchema,
    v.check(({ month }) => month < months.length),
  )
}

function continuation({ months }: UsageRange, { month, changed }: Place, cursor: () => string): Continuation {
  return {
    ...(month < months.length && { partial: true, next: cursor() }),
    ...(changed && { changedWhileReading: true }),
  }
}
