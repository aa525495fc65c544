import type { Call, CallError } from '../call'
import { rankOf } from '../meter/level'
import { command } from '../store/collection'
import { type Connection, type Counts, connections, type Round } from '../store/connections'
import { meters } from '../store/meters'

/** What one instance's clock may be behind another's, and the platform slow to end a function. */
const SLACK_MS = 3000
/** The timer never beats to the second: what is due within this is due. */
const EARLY_MS = 30_000
/** After so many missed intervals a reading is out of date. */
const STALE_INTERVALS = 3

export const MINUTE = 60_000

/**
 * Takes a due connection for this run, so that no other run reads it before the run has ended or the platform has ended
 * it. False when another was faster.
 *
 *   dueAt ≤ now ── take ──▶ dueAt = end of the lease, holder = run ── complete, fail, put back ──▶ dueAt = next, holder = null
 *                                        └── the run is killed: the lease ends, and the connection is due again ──▶ take
 */
export async function take(connection: Connection, holder: string, call: Call): Promise<boolean> {
  const { _id, dueAt, holder: before } = connection
  const until = call.clock.now() + call.deadline.remaining() + SLACK_MS
  return (await connections(call).update({ _id, dueAt, holder: before }, { dueAt: until, holder })) === 1
}

/** A connection that this run holds. Every write is a no-op that answers false once another run has taken it over. */
export interface Held {
  connection: Connection
  holder: string
}

function write({ connection, holder }: Held, changes: Record<string, unknown>, call: Call): Promise<boolean> {
  return connections(call)
    .update({ _id: connection._id, holder }, changes)
    .then(updated => updated === 1)
}

/** Keeps how far the round has come. */
export function saveRound(held: Held, round: Round, call: Call): Promise<boolean> {
  return write(held, { round }, call)
}

/** Gives the connection back unfinished: due at once, to go on where it is. */
export function putBack(held: Held, progress: Pick<Connection, 'round' | 'memory'>, call: Call): Promise<boolean> {
  return write(held, { ...progress, holder: null, dueAt: call.clock.now() }, call)
}

export interface Completion {
  round: Round
  memory: string | null
  markedDay: string | null
  /** Whether somebody was missing who has to be looked for at once. */
  isSearchDue: boolean
}

/** Gives the connection back after its last meter. */
export function complete(held: Held, completion: Completion, call: Call): Promise<boolean> {
  const { round, memory, markedDay, isSearchDue } = completion
  const now = call.clock.now()
  const { seen, counts } = round
  const health = { completeAt: now, meters: seen, counts, failures: 0, failingSince: null, failure: null }
  const dueAt = isSearchDue ? now : nextDue(held.connection, round.startedAt)
  return write(held, { ...health, round: null, memory, markedDay, holder: null, dueAt }, call)
}

/**
 * Gives the connection back after a failure; its round begins anew at the next interval. Its meters keep their last reading
 * and are no longer believed: `failing`, and `stale` when three intervals have gone by.
 */
export async function fail(held: Held, round: Round, error: CallError, call: Call): Promise<boolean> {
  const { connection } = held
  const now = call.clock.now()
  const isStale = isOutdated(connection, now)
  const standing = isStale ? 'stale' : 'failing'
  const changes = {
    failures: connection.failures + 1,
    failingSince: connection.failingSince ?? now,
    failure: { code: error.code, ...error.text, upstreamCode: error.upstream?.code ?? null },
    counts: doubtedCounts(connection.counts, standing),
    round,
    holder: null,
    dueAt: nextDue(connection, now),
  }
  if (!(await write(held, changes, call))) return false
  const doubted = isStale ? command(call).in(['current', 'failing']) : 'current'
  await meters(call).update(
    { connection: connection._id, standing: doubted },
    { standing, rank: rankOf(standing, null), version: command(call).inc(1) },
  )
  return true
}

/** Whether the last complete round is more than three intervals ago. */
export function isOutdated({ completeAt, intervalMinutes }: Connection, now: number): boolean {
  return completeAt !== null && now - completeAt > STALE_INTERVALS * intervalMinutes * MINUTE
}

/** All that had a level, or failed before, now counts as this standing. */
function doubtedCounts(counts: Counts, standing: 'failing' | 'stale'): Counts {
  const kept = Object.entries(counts).filter(([name]) => ['no-data', 'not-applicable', 'not-granted'].includes(name))
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const rest = all - kept.reduce((sum, [, count]) => sum + count, 0)
  return { ...Object.fromEntries(kept), [standing]: rest }
}

function nextDue({ intervalMinutes }: Connection, startedAt: number): number {
  return startedAt + intervalMinutes * MINUTE - EARLY_MS
}
