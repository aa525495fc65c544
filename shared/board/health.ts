import * as v from 'valibot'
import type { Call } from '../call'
import { MINUTE_MS } from '../meter/day'
import { standingNow } from '../meter/health'
import { connectionSchema, connections } from '../store/connections'

/** More than anybody has; so small a document fits a thousand times into one answer of the database. */
const MOST = 1000

const { entries } = connectionSchema
const healthSchema = v.object({
  _id: entries._id,
  provider: entries.provider,
  name: entries.name,
  intervalMinutes: entries.intervalMinutes,
  enabled: entries.enabled,
  dueAt: entries.dueAt,
  completeAt: entries.completeAt,
  counts: entries.counts,
  failures: entries.failures,
  failure: entries.failure,
})

/** What the board needs of a connection. */
export type ConnectionHealth = v.InferOutput<typeof healthSchema>

/** Every connection, or those that the condition names, by one query. */
export function findHealth(where: object, call: Call): Promise<ConnectionHealth[]> {
  return connections(call).find(healthSchema, { where, orderBy: [['_id', 'asc']], limit: MOST })
}

/** Whether its last complete round is so long ago that what it read cannot be believed any more. */
export function isOutdated(connection: ConnectionHealth, now: number): boolean {
  return standingNow('current', timesOf(connection, now)) === 'stale'
}

export function timesOf({ completeAt, intervalMinutes }: ConnectionHealth, now: number) {
  return { completeAt, intervalMs: intervalMinutes * MINUTE_MS, now }
}
