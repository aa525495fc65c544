import { dayAt, MINUTE_MS } from '../meter/day'
import type { Connection, Round } from '../store/connections'
import { fromJson } from './json'

/** A round that has stood still for so many intervals is begun anew. */
const LONGEST_INTERVALS = 3

/**
 * The round to go on with: the one that is under way, or a new one. The first of a day, and one after a meter was missed,
 * marks every meter that it sees. A connection that still has a holder was cut off.
 */
export function currentRound(connection: Connection, id: string, now: number): Round {
  const { round, intervalMinutes, markedDay, holder } = connection
  const wasCutOff = holder !== null
  const isUnsure = wasCutOff || (round?.isUnsure ?? false)
  const isRecent = round && now - round.movedAt <= LONGEST_INTERVALS * intervalMinutes * MINUTE_MS
  if (isRecent && fromJson(round.place) !== undefined) return { ...round, isUnsure }
  const marks = markedDay !== dayAt(now)
  return { id, startedAt: now, movedAt: now, place: null, seen: 0, known: 0, found: 0, counts: {}, marks, isUnsure }
}
