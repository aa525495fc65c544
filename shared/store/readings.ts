import * as v from 'valibot'
import type { Call } from '../call'
import { type Collection, openCollection } from './collection'
import { decimal, instant, summaryEntries } from './fields'

/** `yl_readings`: one document per meter and day, `_id` is `<meter>/<yyyymmdd>`, days are Shanghai's. */
export const dayReadingsSchema = v.object({
  _id: v.string(),
  meter: v.string(),
  connection: v.string(),
  day: v.string(),
  /** `[epoch ms, value]`, oldest first; null once only the summary is kept. */
  points: v.nullable(v.array(v.tuple([instant, decimal]))),
  /** Of the last point. */
  at: instant,
  /** Of the last point: the meter's `period` and `returned`. */
  period: v.nullable(v.string()),
  returnedTotal: v.nullable(decimal),
  ...summaryEntries,
})
export type DayReadings = v.InferOutput<typeof dayReadingsSchema>

export function readings(call: Call): Collection {
  return openCollection('yl_readings', call)
}

export function dayReadingsId(meter: string, day: string): string {
  return `${meter}/${day}`
}
