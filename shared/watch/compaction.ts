import * as v from 'valibot'
import { type Call, CallError } from '../call'
import { addDays, DAY_MS, dayAt, monthsBefore } from '../meter/day'
import { rankOf } from '../meter/level'
import { command } from '../store/collection'
import { connections, type Round } from '../store/connections'
import { meters } from '../store/meters'
import { readings } from '../store/readings'
import { runs } from '../store/runs'

const DAYS_OF_POINTS = 35
const MONTHS_OF_SUMMARIES = 25
const RUNS_KEPT_MS = 30 * DAY_MS

/**
 * Marks the meters that a whole marking round did not see; they keep their last value. How many are missing now, those
 * from before included.
 */
export async function markMissing(connection: string, round: Round, call: Call): Promise<number> {
  const _ = command(call)
  // One that was refreshed meanwhile was left alone by the round.
  await meters(call).update(
    { connection, seen: _.neq(round.id), missingSince: null, refreshedAt: _.lt(round.startedAt) },
    {
      missingSince: call.clock.now(),
      standing: 'no-data',
      level: null,
      rank: rankOf('no-data', null),
      version: _.inc(1),
    },
  )
  return meters(call).count({ connection, missingSince: _.neq(null) })
}

/**
 * Drops what is too old: points after 35 days, whose summaries were kept all along, days after 25 months, runs after 30
 * days. `last` is the day when that was last done: what was too old then is not looked at again. Each step may be cut off
 * and repeated. False when the database refused; the readings are not in danger.
 */
export async function compact(connection: string, last: string | null, call: Call): Promise<boolean> {
  const _ = command(call)
  const now = call.clock.now()
  const today = dayAt(now)
  try {
    const tooOld = _.lt(addDays(today, -DAYS_OF_POINTS))
    const day = last === null ? tooOld : tooOld.and(_.gte(addDays(last, -DAYS_OF_POINTS)))
    await readings(call).update({ connection, day, points: _.neq(null) }, { points: null })
    await readings(call).remove({ connection, day: _.lt(monthsBefore(today, MONTHS_OF_SUMMARIES)) })
    await runs(call).remove({ startedAt: _.lt(now - RUNS_KEPT_MS) })
    return true
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    call.log('compaction-failed', { connection, code: error.code })
    return false
  }
}

/** What a sweep wrote of a connection that somebody removed under its hands. */
export async function removeLeftovers(connection: string, call: Call): Promise<void> {
  const found = await connections(call).find(v.object({ _id: v.string() }), { where: { _id: connection } })
  if (found.length > 0) return
  await readings(call).remove({ connection })
  await meters(call).remove({ connection })
}
