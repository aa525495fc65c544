import type { Call } from '../call'
import { downsample } from '../meter/downsample'
import { readDays } from './days'
import { meterInfo, needMeter } from './meterView'
import type { HistoryDay, HistoryOutput, RangeInput } from './types'

const MOST_POINTS = 500

/**
 * One meter's days and points. Throws NOT_FOUND for an unknown meter, UPSTREAM_UNAVAILABLE when the database cannot
 * answer.
 */
export async function readHistory(range: RangeInput, call: Call): Promise<HistoryOutput> {
  const meter = await needMeter(range.meter, call)
  const days = await readDays(range, call)
  const points = days.flatMap(day => day.points ?? [])
  return {
    meter: meterInfo(meter, call),
    points: downsample(points, MOST_POINTS),
    days: days.map(summary),
  }
}

function summary({ day, open, close, min, max, consumed, added, returned }: HistoryDay): HistoryDay {
  return { day, open, close, min, max, consumed, added, returned }
}
