import { isDeepStrictEqual } from 'node:util'
import pMap from 'p-map'
import type { Call } from '../../call'
import type { Reading } from '../../meter/reading'
import { command } from '../../store/collection'
import { meters, RECENT_POINTS, type RecordedMeter } from '../../store/meters'
import type { meterAfter, Plan } from './plan'

/** Database writes under way at a time. */
export const CONCURRENCY = 16

/** A plan for one meter of a chunk. */
export interface MeterPlan extends Plan {
  id: string
  /** The meter's document as it is; `before` may know of newer points. */
  stored: RecordedMeter | undefined
}

type After = ReturnType<typeof meterAfter>

export interface Row {
  plan: MeterPlan
  after: After
}

interface Context {
  connection: string
  provider: string
  mark?: string | undefined
}

/**
 * Writes what has changed: new meters together, those with a new value one by one, and those that change in the same way
 * together. Gives back the readings of meters that another writer has changed in the meantime: those are left to it.
 */
export async function writeMeters(rows: readonly Row[], context: Context, call: Call): Promise<Reading[]> {
  const fresh: Record<string, unknown>[] = []
  const single: (() => Promise<unknown>)[] = []
  const overtaken: Reading[] = []
  const alike = new Map<string, { ids: string[]; patch: object }>()
  const _ = command(call)
  for (const { plan, after } of rows) {
    const { id, stored } = plan
    if (!stored) {
      fresh.push(newMeter(plan, after, context, call.clock.now()))
      continue
    }
    const patch = { ...differences(stored, after), ...(context.mark && { seen: context.mark }) }
    const points = newPoints(plan, after)
    if (points.length > 0) {
      const recent = _.push({ each: points, slice: -RECENT_POINTS })
      const changes = { ...patch, recent, version: stored.version + 1 }
      single.push(async () => {
        const updated = await meters(call).update({ _id: id, version: stored.version }, changes)
        if (updated === 0) overtaken.push(plan.reading)
      })
    } else if (Object.keys(patch).length > 0) {
      const kind = JSON.stringify(patch)
      const group = alike.get(kind) ?? { ids: [], patch }
      group.ids.push(id)
      alike.set(kind, group)
    }
  }
  // Who was refreshed in the meantime has been left in a better state than this.
  const refreshedAt = _.lte(Math.min(...rows.map(({ plan }) => plan.reading.at)))
  for (const { ids, patch } of alike.values()) {
    single.push(() => meters(call).update({ _id: _.in(ids), refreshedAt }, { ...patch, version: _.inc(1) }))
  }
  // One of them there already: a refresh cannot have made it, only a run that overlaps; the next round goes on from it.
  if (fresh.length > 0 && (await meters(call).insert(fresh)) === 'exists') {
    single.push(...fresh.map(meter => () => meters(call).insert([meter])))
  }
  await pMap(single, write => write(), { concurrency: CONCURRENCY })
  return overtaken
}

/** The points that the meter's own small chart lacks: the new one, and one that a run that was cut off left behind. */
function newPoints({ stored, before, isHeartbeat, point }: MeterPlan, after: After): unknown[] {
  const isAhead = before?.at !== stored?.at && before?.value !== stored?.value
  const isNew = point && !isHeartbeat && after.at !== before?.at
  return [...(isAhead ? [[before?.at, before?.value]] : []), ...(isNew ? [[after.at, after.value]] : [])]
}

function newMeter(plan: MeterPlan, after: After, { connection, provider, mark = '' }: Context, now: number) {
  const recent = newPoints({ ...plan, stored: undefined }, after)
  return {
    _id: plan.id,
    connection,
    provider,
    ...after,
    recent,
    createdAt: now,
    refreshedAt: 0,
    seen: mark,
    version: 1,
  }
}

/** The fields that the document has otherwise. */
function differences(stored: RecordedMeter, after: After): Partial<After> {
  const differing = Object.entries(after).filter(([field, value]) => {
    return !isDeepStrictEqual(value, stored[field as keyof RecordedMeter])
  })
  return Object.fromEntries(differing)
}
