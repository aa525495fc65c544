import * as v from 'valibot'
import type { Call } from '../call'
import { type Collection, openCollection } from './collection'
import { count, instant } from './fields'

/** `yl_runs`: one document per invocation of the sweep. */
export const runSchema = v.object({
  _id: v.string(),
  startedAt: instant,
  endedAt: instant,
  /** What each connection came to: `complete`, `continues` in another run, `failed`. */
  connections: v.array(
    v.object({
      id: v.string(),
      outcome: v.picklist(['complete', 'continues', 'failed']),
      readings: count,
      changed: count,
      /** Of a failure. */
      code: v.nullable(v.string()),
    }),
  ),
  readings: count,
  changed: count,
  /** How many connections failed. */
  failed: count,
  upstreamCalls: count,
  databaseReads: count,
  databaseWrites: count,
  ms: count,
  /** Why the run was less than it should have been; empty when all was well. */
  degraded: v.array(v.picklist(['connection-failed', 'interrupted', 'late', 'handover-failed', 'compaction-failed'])),
})
export type Run = v.InferOutput<typeof runSchema>

export function runs(call: Call): Collection {
  return openCollection('yl_runs', call)
}
