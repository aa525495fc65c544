import type { Call, CallError } from '../call'
import { MINUTE_MS } from '../meter/day'
import { LASTING_STANDINGS } from '../meter/health'
import { rankOf } from '../meter/level'
import { command } from '../store/collection'
import { type Connection, type Counts, connections, type Round } from '../store/connections'
import { meters } from '../store/meters'
import { addCounts } from './record/chunk'

/** What one instance's clock may be behind another's, and the platform slow to end a function. */
const SLACK_MS = 3000
/** The timer never beats to the second: what is due within this is due. */
const EARLY_MS = 30_000
/** After so many missed intervals a reading is out of date. */
const STALE_INTERVALS = 3

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
  return write(held, { round, ...firstCounts(held, round) }, call)
}

/** Gives the connection back unfinished: due at once, to go on where it is. */
export function putBack(held: Held, round: Round, memory: string | null, call: Call): Promise<boolean> {
  const counts = firstCounts(held, round)
  return write(held, { round, memory, ...counts, holder: null, dueAt: call.clock.now() }, call)
}

/** Until a round has been complete, the board shows how far the first one has come. */
function firstCounts({ connection }: Held, { counts }: Round): { counts?: Counts } {
  return connection.completeAt === null ? { counts } : {}
}

export interface Completion {
  round: Round
  memory: string | null
  markedDay: string | null
  /** How many meters the upstream no longer names. */
  missing: number
  /** Whether somebody was missing who has to be looked for at once. */
  isSearchDue: boolean
}

/** Gives the connection back after its last meter. */
export function complete(held: Held, completion: Completion, call: Call): Promise<boolean> {
  const { round, memory, markedDay, missing, isSearchDue } = completion
  const now = call.clock.now()
  const counts = { ...round.counts }
  addCounts(counts, missing > 0 ? { 'no-data': missing } : {})
  const health = {
    completeAt: now,
    meters: round.seen,
    missing,
    counts,
    failures: 0,
    failingSince: null,
    failure: null,
  }
  const dueAt = isSearchDue ? now : nextDue(held.connection, round.startedAt)
  return write(held, { ...health, round: null, memory, markedDay, holder: null, dueAt }, call)
}

/**
 * Gives the connection back after a failure. Its meters keep their last reading and are no longer believed: `failing`, and
 * `stale` when three intervals have gone by. With all of them in doubt the round begins anew, those that it had read
 * included; their history may be ahead of them.
 */
export async function fail(held: Held, round: Round, error: CallError, call: Call): Promise<boolean> {
  const { connection } = held
  const now = call.clock.now()
  const isStale = isOutdated(connection, now)
  const standing = isStale ? 'stale' : 'failing'
  const failure = {
    failures: connection.failures + 1,
    failingSince: connection.failingSince ?? now,
    failure: { code: error.code, ...error.text, upstreamCode: error.upstream?.code ?? null },
    round: { ...round, place: null, seen: 0, known: 0, found: 0, counts: {}, isUnsure: true },
  }
  if (!(await write(held, failure, call))) return false
  const _ = command(call)
  await meters(call).update(
    { connection: connection._id, standing: isStale ? _.in(['current', 'failing']) : 'current' },
    { standing, rank: rankOf(standing, null), version: _.inc(1) },
  )
  const counts = await countStored(connection._id, [standing, ...LASTING_STANDINGS], call)
  return write(held, { counts, holder: null, dueAt: nextDue(connection, now) }, call)
}

/** Whether the last complete round, or the first failure, is more than three intervals ago. */
function isOutdated({ completeAt, failingSince, intervalMinutes }: Connection, now: number): boolean {
  const since = completeAt ?? failingSince
  return since !== null && now - since > STALE_INTERVALS * intervalMinutes * MINUTE_MS
}

/** How many of the connection's meters stand so; what the last round counted may have changed since. */
async function countStored(connection: string, standings: readonly string[], call: Call): Promise<Counts> {
  const counted = standings.map(
    async standing => [standing, await meters(call).count({ connection, standing })] as const,
  )
  return Object.fromEntries((await Promise.all(counted)).filter(([, count]) => count > 0))
}

function nextDue({ intervalMinutes }: Connection, startedAt: number): number {
  return startedAt + intervalMinutes * MINUTE_MS - EARLY_MS
}
