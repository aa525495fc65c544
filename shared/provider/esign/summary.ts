import * as v from 'valibot'
import { changed } from '../../upstream/failure'
import type { UsageRecord } from './record'

const CHARGE = 1
const RETURN = 2
/** Far more kinds than there are; a summary has to fit a cursor. */
export const MOST_KINDS = 40
export const KIND = /^\w{1,64}$/

const integer = v.pipe(v.number(), v.safeInteger())

/** Sums so far, one row per kind, as a cursor carries them: kind, charged, returned, records. */
export const sumsSchema = v.pipe(
  v.array(v.strictTuple([v.pipe(v.string(), v.regex(KIND)), integer, integer, v.pipe(integer, v.minValue(0))])),
  v.maxLength(MOST_KINDS),
  v.check(rows => new Set(rows.map(([kind]) => kind)).size === rows.length),
)

export type Sums = v.InferOutput<typeof sumsSchema>

export interface UsageSummary {
  quotaType: string
  /** Units that charges took. */
  charged: number
  /** Units that returns gave back, as a positive number. */
  returned: number
  /** Charged less returned. */
  net: number
  /** How many charges and returns. */
  records: number
}

/**
 * The sums with these records added; the ones given stay as they are. Throws UPSTREAM_CHANGED for a record that is
 * neither charge nor return, for a kind that no name looks like, and for sums that a number cannot hold exactly.
 */
export function addRecords(sums: Sums, records: readonly UsageRecord[]): Sums {
  const table = tableOf(sums)
  for (const { quotaType, costType, useCount } of records) {
    if (costType === CHARGE) add(table, quotaType, useCount, 0, 1)
    else if (costType === RETURN) add(table, quotaType, 0, 0 - useCount, 1)
    else throw changed('tencent', 'CostType: expected 1 or 2')
  }
  return rowsOf(table)
}

/** Both together, of different days. Throws UPSTREAM_CHANGED for sums that a number cannot hold exactly. */
export function addSums(left: Sums, right: Sums): Sums {
  const table = tableOf(left)
  for (const [kind, charged, returned, count] of right) add(table, kind, charged, returned, count)
  return rowsOf(table)
}

type Table = Map<string, { charged: number; returned: number; count: number }>

function tableOf(sums: Sums): Table {
  return new Map(sums.map(([kind, charged, returned, count]) => [kind, { charged, returned, count }]))
}

function add(table: Table, kind: string, charged: number, returned: number, count: number): void {
  const sum = table.get(kind) ?? { charged: 0, returned: 0, count: 0 }
  sum.charged += charged
  sum.returned += returned
  if (![sum.charged, sum.returned, sum.charged - sum.returned].every(Number.isSafeInteger)) {
    throw changed('tencent', 'UseCount: a sum beyond 2^53')
  }
  sum.count += count
  table.set(kind, sum)
}

function rowsOf(table: Table): Sums {
  if (table.size > MOST_KINDS) throw changed('tencent', `QuotaType: expected at most ${MOST_KINDS} kinds`)
  return [...table].map(([kind, { charged, returned, count }]) => {
    if (!KIND.test(kind)) throw changed('tencent', 'QuotaType: expected a name of letters and digits')
    return [kind, charged, returned, count]
  })
}

/** As the caller gets them, by name. */
export function summaryFrom(sums: Sums): UsageSummary[] {
  return sums
    .map(([quotaType, charged, returned, records]) => {
      return { quotaType, charged, returned, net: charged - returned, records }
    })
    .sort((a, b) => (a.quotaType < b.quotaType ? -1 : 1))
}
