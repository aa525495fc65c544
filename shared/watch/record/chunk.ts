import pMap from 'p-map'
import type { Call } from '../../call'
import type { Level, Reading, Standing } from '../../meter/reading'
import { command } from '../../store/collection'
import type { Counts } from '../../store/connections'
import { meterId, meters, type RecordedMeter, recordedMeterSchema } from '../../store/meters'
import { readings } from '../../store/readings'
import { upToDate } from './ahead'
import { newDay, type PointPlan, recordPoint, tailOf } from './history'
import { countedAs, type Known, meterAfter, planFor, type Tail } from './plan'
import { CONCURRENCY, type MeterPlan, writeMeters } from './writeMeters'

export interface ChunkContext {
  connection: string
  provider: string
  /** Written on every meter that is seen, in a round that looks for those that are gone. */
  mark?: string
  /** When the connection's last round was complete. */
  completeAt: number | null
  /** Whether a run that was cut off may have left the history ahead of the meters. */
  isUnsure: boolean
}

export interface ChunkResult {
  /** Meters with a new value. */
  changed: number
  /** Meters that were there when the last round was complete. */
  known: number
  /** Meters that had been missing. */
  found: number
  /** How the meters now stand, and how those stood that were there before. */
  counts: Counts
  countsBefore: Counts
}

/**
 * Records the readings of at most 100 meters: the history first, then the meters. Costs one read, two writes per changed
 * meter and a few for all others together. Safe to repeat, wholly or from the middle: nothing is recorded twice. Throws
 * the store's errors.
 */
export async function recordChunk(read: readonly Reading[], context: ChunkContext, call: Call): Promise<ChunkResult> {
  const ids = read.map(({ key }) => meterId(context.connection, key))
  const stored = await readMeters(ids, call)
  const before = await knownBefore(ids, stored, context, call)
  const plans = read.map((reading): MeterPlan => {
    const id = meterId(context.connection, reading.key)
    return { id, stored: stored.get(id), ...planFor(reading, before.get(id)) }
  })
  const tails = await recordHistory(plans, context, call)
  const rows = plans
    .filter(({ isOutdated }) => !isOutdated)
    .map(plan => ({ plan, after: meterAfter(plan, tails.get(plan.id)) }))
  const untouched = plans.flatMap(({ isOutdated, stored }) => (isOutdated && stored ? [stored] : []))
  const overtaken = await writeMeters(rows, context, call)
  // Another writer had read them in the meantime: once more, from what that has made of them.
  if (overtaken.length > 0 && !context.isUnsure) await recordChunk(overtaken, { ...context, isUnsure: true }, call)
  const { completeAt } = context
  const wasThere = ({ stored }: MeterPlan) => {
    return stored !== undefined && stored.missingSince === null && completeAt !== null && stored.createdAt <= completeAt
  }
  return {
    changed: plans.filter(({ point, isHeartbeat }) => point && !isHeartbeat).length,
    known: plans.filter(wasThere).length,
    found: plans.filter(({ stored, isOutdated }) => stored && stored.missingSince !== null && !isOutdated).length,
    counts: tallied([...untouched, ...rows.map(({ after }) => after)]),
    countsBefore: tallied(plans.flatMap(plan => plan.stored ?? [])),
  }
}

async function readMeters(ids: readonly string[], call: Call) {
  const found: RecordedMeter[] = await meters(call).find(recordedMeterSchema, { where: { _id: command(call).in(ids) } })
  return new Map(found.map(meter => [meter._id, meter]))
}

/** The meters as their documents have them; those that may be behind their history, as that has them. */
async function knownBefore(
  ids: readonly string[],
  stored: ReadonlyMap<string, RecordedMeter>,
  { isUnsure, completeAt }: ChunkContext,
  call: Call,
): Promise<ReadonlyMap<string, Known>> {
  // A refresh may have been cut off, too.
  const isDoubtful = (id: string) => isUnsure || (stored.get(id)?.refreshedAt ?? 0) > (completeAt ?? 0)
  const doubtful = ids.filter(isDoubtful)
  return doubtful.length > 0 ? upToDate(doubtful, stored, call) : stored
}

/** Puts every point that the plans have into the history. Days that begin are added together, at one write. */
async function recordHistory(plans: readonly MeterPlan[], { connection }: ChunkContext, call: Call) {
  const tails = new Map<string, Tail>()
  const keep = async (plan: PointPlan) => void tails.set(plan.meterId, await recordPoint(plan, call))
  const pointPlans = plans.flatMap(plan => {
    return plan.point ? { ...plan, point: plan.point, meterId: plan.id, connection } : []
  })
  const [open, beginning] = partition(pointPlans, ({ before, point }) => before?.day === point.day)
  if (beginning.length > 0) {
    const days = beginning.map(newDay)
    if ((await readings(call).insert(days)) === 'inserted') {
      for (const day of days) tails.set(day.meter, tailOf(day))
    } else await pMap(beginning, keep, { concurrency: CONCURRENCY })
  }
  await pMap(open, keep, { concurrency: CONCURRENCY })
  return tails
}

function tallied(meters: readonly { standing: Standing; level: Level | null }[]): Counts {
  const counts: Counts = {}
  for (const meter of meters) addCounts(counts, { [countedAs(meter)]: 1 })
  return counts
}

/** Adds to what has been counted so far. */
export function addCounts(counts: Counts, more: Readonly<Counts>): void {
  for (const [name, count] of Object.entries(more)) counts[name] = (counts[name] ?? 0) + count
}

function partition<T>(items: readonly T[], isFirst: (item: T) => boolean): [T[], T[]] {
  return [items.filter(isFirst), items.filter(item => !isFirst(item))]
}
