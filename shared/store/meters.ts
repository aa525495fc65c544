import * as v from 'valibot'
import type { Call } from '../call'
import { type Collection, openCollection } from './collection'
import { decimal, instant, summaryEntries } from './fields'

/** What judging and recording a new reading need. */
const recordedEntries = {
  _id: v.string(),
  connection: v.string(),
  key: v.string(),
  title: v.object({ zh: v.string(), en: v.string() }),
  kind: v.picklist(['balance', 'allowance', 'credit', 'usage']),
  unit: v.string(),
  /** The last one that was read; null before the first. */
  value: v.nullable(decimal),
  limit: v.nullable(decimal),
  /** A balance after its last top-up: what its percentages are of. */
  full: v.nullable(decimal),
  period: v.nullable(v.string()),
  resetsAt: v.nullable(instant),
  returned: v.nullable(decimal),
  /** The last point of its history, and the day (yyyymmdd) that point belongs to; null before the first. */
  at: v.nullable(instant),
  day: v.nullable(v.string()),
  /** Of `day`; null when that holds nothing but one unchanged value. */
  today: v.nullable(v.object(summaryEntries)),
  standing: v.picklist(['current', 'no-data', 'not-applicable', 'not-granted', 'failing', 'stale']),
  level: v.nullable(v.picklist(['ok', 'low', 'critical', 'exhausted'])),
  /** By urgency: standing and level together, 0 the most urgent; see meter/level.ts. */
  rank: v.pipe(v.number(), v.safeInteger()),
  /** Within a rank: thousandths of the limit that are left; 2000 where that cannot be said. */
  order: v.pipe(v.number(), v.safeInteger()),
  /** Since when the upstream no longer names it, epoch ms. */
  missingSince: v.nullable(instant),
  /** When it was first read, and when somebody last asked to read it at once. */
  createdAt: instant,
  refreshedAt: instant,
  /** Counts changes: two writers never overwrite one another. */
  version: v.pipe(v.number(), v.safeInteger()),
}

/** A meter without what only the board shows. */
export const recordedMeterSchema = v.object(recordedEntries)
export type RecordedMeter = v.InferOutput<typeof recordedMeterSchema>

/** `yl_meters`: one document per meter, `_id` is `<connection>/<key>`. */
export const meterSchema = v.object({
  ...recordedEntries,
  provider: v.string(),
  /** The newest points, oldest first: `[epoch ms, value]`. */
  recent: v.array(v.tuple([instant, decimal])),
  /** The last round that marked what it saw, if it saw this one. */
  seen: v.string(),
})
export type Meter = v.InferOutput<typeof meterSchema>

/** How many points the document itself carries, for a small chart on the board. */
export const RECENT_POINTS = 24

export function meters(call: Call): Collection {
  return openCollection('yl_meters', call)
}

export function meterId(connection: string, key: string): string {
  return `${connection}/${key}`
}
