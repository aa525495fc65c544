import type { Call } from '../call'
import { eachDay } from '../meter/day'
import { batchesOf, command } from '../store/collection'
import { type DayReadings, dayReadingsId, dayReadingsSchema, readings } from '../store/readings'
import type { RangeInput } from './types'

/** The days of the range on which the meter was read, in order; one query per 100 days of it, whatever there is. */
export async function readDays({ meter, from, to }: RangeInput, call: Call): Promise<DayReadings[]> {
  const ids = eachDay(from, to).map(day => dayReadingsId(meter, day))
  const _ = command(call)
  const found = await Promise.all(
    batchesOf(ids).map(batch => readings(call).find(dayReadingsSchema, { where: { _id: _.in(batch) } })),
  )
  return found.flat().sort((a, b) => (a.day < b.day ? -1 : 1))
}
