import * as v from 'valibot'
import type { Call } from '../call'
import { type Collection, openCollection } from './collection'
import { count, instant } from './fields'

/** How many meters per level, and per standing other than `current`. */
export const countsSchema = v.record(v.string(), count)
export type Counts = v.InferOutput<typeof countsSchema>

/** A round of reading that is under way, perhaps over several invocations. */
const roundSchema = v.object({
  id: v.string(),
  startedAt: instant,
  /** When it last got further. */
  movedAt: instant,
  /** JSON of the place where reading goes on; null at the start. */
  place: v.nullable(v.string()),
  /** Meters read so far, and how many of them were there before the round. */
  seen: count,
  known: count,
  /** Of them those that had been missing. */
  found: count,
  counts: countsSchema,
  /** Whether it marks every meter that it sees, to find those that are gone. */
  marks: v.boolean(),
  /** Whether a run was cut off in it: the history may be ahead of the meters. */
  isUnsure: v.boolean(),
})
export type Round = v.InferOutput<typeof roundSchema>

const failureSchema = v.object({
  code: v.string(),
  zh: v.string(),
  en: v.string(),
  upstreamCode: v.nullable(v.string()),
})

/** `yl_connections`: one document per connection. */
export const connectionSchema = v.object({
  _id: v.string(),
  provider: v.string(),
  /** Given by a person; empty for the connections of the environment. */
  name: v.string(),
  intervalMinutes: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  enabled: v.boolean(),
  /** Sealed JSON of the variables that hold secrets; null: the function's own environment. */
  sealed: v.nullable(v.string()),
  /** Variables that hold none. */
  settings: v.record(v.string(), v.string()),
  /** When somebody may next take it: its next round, or the end of its holder's lease. */
  dueAt: instant,
  /** Of the run that holds it now. */
  holder: v.nullable(v.string()),
  round: v.nullable(roundSchema),
  /** JSON that its source asked to remember. */
  memory: v.nullable(v.string()),
  /** At the end of the last complete round: when, how many meters, how they stood. */
  completeAt: v.nullable(instant),
  meters: count,
  counts: countsSchema,
  /** Meters that the upstream no longer names; they count as `no-data`. */
  missing: count,
  /** The day of the last complete round that marked what it saw. */
  markedDay: v.nullable(v.string()),
  /** Rounds that failed since the last complete one. */
  failures: count,
  failingSince: v.nullable(instant),
  failure: v.nullable(failureSchema),
})
export type Connection = v.InferOutput<typeof connectionSchema>
export type ConnectionFailure = v.InferOutput<typeof failureSchema>

export function connections(call: Call): Collection {
  return openCollection('yl_connections', call)
}
