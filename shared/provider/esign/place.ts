import * as v from 'valibot'
import { RECORDS_PER_PAGE } from './record'

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

/** How far the reading of a range, month by month and page by page, has come. */
export const placeSchema = v.pipe(
  v.strictObject({
    /** Which of the range's months, from 0. */
    month: count,
    /** The month's next page, from 0. */
    page: count,
    /** The month's records by its last page read; absent before its first. */
    total: v.exactOptional(count),
    /** Records in the months before. */
    earlier: count,
    /** Whether a month's total changed between its pages. */
    changed: v.boolean(),
  }),
  v.check(({ page, total }) => (total === undefined ? page === 0 : page > 0 && page * RECORDS_PER_PAGE < total)),
)

export type Place = v.InferOutput<typeof placeSchema>

export const START: Place = { month: 0, page: 0, earlier: 0, changed: false }

/** The place after one more page, which said that the month has `total` records. */
export function advance(place: Place, total: number): Place {
  const changed = place.changed || (place.total !== undefined && place.total !== total)
  const page = place.page + 1
  if (page * RECORDS_PER_PAGE < total) return { ...place, page, total, changed }
  return { month: place.month + 1, page: 0, earlier: place.earlier + total, changed }
}

/** How many records the upstream counts in the months reached so far. */
export function totalAt({ earlier, total = 0 }: Place): number {
  return earlier + total
}
