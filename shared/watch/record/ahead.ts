import * as v from 'valibot'
import type { Call } from '../../call'
import { addDays, dayAt } from '../../meter/day'
import { fullAfter } from '../../meter/level'
import { BATCH, command } from '../../store/collection'
import type { RecordedMeter } from '../../store/meters'
import { dayReadingsId, dayReadingsSchema, readings } from '../../store/readings'
import { tailOf } from './history'
import type { Known } from './plan'

const { points: _, ...entries } = dayReadingsSchema.entries
const daySchema = v.object(entries)

/**
 * What is known of these meters, brought up to the history that a run left ahead of them when it was cut off between the
 * two, perhaps before midnight, perhaps at a meter's very first point. At most three reads for 100 meters.
 */
export async function upToDate(
  ids: readonly string[],
  stored: ReadonlyMap<string, RecordedMeter>,
  call: Call,
): Promise<ReadonlyMap<string, Known>> {
  const today = dayAt(call.clock.now())
  const days = ids.flatMap(id => {
    const candidates = new Set([stored.get(id)?.day ?? today, addDays(today, -1), today])
    return [...candidates].sort().map(day => dayReadingsId(id, day))
  })
  const known = new Map<string, Known>(stored)
  for (let start = 0; start < days.length; start += BATCH) {
    const where = { _id: command(call).in(days.slice(start, start + BATCH)) }
    const found = await readings(call).find(daySchema, { where, orderBy: [['day', 'asc']] })
    for (const day of found) {
      const meter = known.get(day.meter)
      if (meter && meter.at !== null && day.at <= meter.at) continue
      const full = fullAfter(meter ?? null, day.close)
      const limit = meter?.limit ?? null
      known.set(day.meter, { ...tailOf(day), limit, full, period: day.period, returned: day.returnedTotal })
    }
  }
  return known
}
