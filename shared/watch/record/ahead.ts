import * as v from 'valibot'
import type { Call } from '../../call'
import { addDays, dayAt, eachDay } from '../../meter/day'
import { fullAfter } from '../../meter/level'
import { batchesOf, command } from '../../store/collection'
import type { RecordedMeter } from '../../store/meters'
import { dayReadingsId, dayReadingsSchema, readings } from '../../store/readings'
import { tailOf } from './history'
import type { Known } from './plan'

/** A meter whose run was cut off longer ago than this is gone on from as it is. */
const LONGEST_OUTAGE_DAYS = 14

const { points: _, ...entries } = dayReadingsSchema.entries
const daySchema = v.object(entries)

/**
 * What is known of these meters, brought up to the history that a run left ahead of them when it was cut off between the
 * two, perhaps days ago, perhaps at a meter's very first point. At most three reads for 100 meters, after a long outage a
 * few more.
 */
export async function upToDate(
  ids: readonly string[],
  stored: ReadonlyMap<string, RecordedMeter>,
  call: Call,
): Promise<ReadonlyMap<string, Known>> {
  const today = dayAt(call.clock.now())
  const yesterday = addDays(today, -1)
  const earliest = addDays(today, -LONGEST_OUTAGE_DAYS)
  const days = ids.flatMap(id => {
    const last = stored.get(id)?.day ?? yesterday
    const first = [earliest, [yesterday, last].sort()[0] ?? yesterday].sort()[1] ?? yesterday
    return eachDay(first, today).map(day => dayReadingsId(id, day))
  })
  const known = new Map<string, Known>(stored)
  for (const batch of batchesOf(days)) {
    const where = { _id: command(call).in(batch) }
    const found = await readings(call).find(daySchema, { where, orderBy: [['day', 'asc']] })
    for (const day of found) {
      const meter = known.get(day.meter)
      if (meter && meter.at !== null && day.at <= meter.at) continue
      const full = fullAfter(meter ?? null, day.close)
      known.set(day.meter, { ...tailOf(day), limit: meter?.limit ?? null, full })
    }
  }
  return known
}
