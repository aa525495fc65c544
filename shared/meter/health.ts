import type { Standing } from './reading'

/** Neither time nor a failure changes these: such a meter has no reading that could be doubted. */
export const LASTING_STANDINGS: readonly string[] = ['no-data', 'not-applicable', 'not-granted'] satisfies Standing[]

/** So many intervals without a complete round, and readings are too old to be believed. */
const MISSED_INTERVALS = 3
/** A round may start and end with the timer's own beat. */
const GRACE_MS = 5 * 60_000

/**
 * The stored standing as it is now: a sweep that no longer runs cannot write that readings have become `stale`.
 * `completeAt` is when the connection last completed a round (epoch ms), null when it never did.
 */
export function standingNow(
  stored: Standing,
  { completeAt, intervalMs, now }: { completeAt: number | null; intervalMs: number; now: number },
): Standing {
  if (completeAt === null || (stored !== 'current' && stored !== 'failing')) return stored
  return now - completeAt > MISSED_INTERVALS * intervalMs + GRACE_MS ? 'stale' : stored
}
