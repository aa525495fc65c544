import type { Call } from '../../call'
import { CallError, text } from '../../call'
import type { DaySummary } from '../../meter/daySummary'
import { equalDecimals } from '../../meter/decimal'
import { command } from '../../store/collection'
import { type DayReadings, dayReadingsId, dayReadingsSchema, readings } from '../../store/readings'
import { isSame, type NewPoint, type Plan, summaryOf, summaryWith, type Tail } from './plan'

/** A plan whose point has to go into the history of this meter. */
export interface PointPlan extends Plan {
  meterId: string
  connection: string
  point: NewPoint
}

/** Two writers of one meter, a sweep and a refresh, meet at most so often in a row. */
const ATTEMPTS = 4

/** The document of a day that begins with this point. */
export function newDay(plan: PointPlan): DayReadings {
  const { meterId, connection, point, reading } = plan
  return {
    _id: dayReadingsId(meterId, point.day),
    meter: meterId,
    connection,
    day: point.day,
    points: [[point.at, point.value]],
    at: point.at,
    period: reading.period,
    returnedTotal: reading.returned,
    ...summaryWith(plan, point, null),
  }
}

/**
 * Puts the point into its day, once, and tells what the day comes to. The write is guarded by the last point that the
 * meter knows of; a day that is ahead of the meter, because a run ended between the two, is read and gone on from.
 */
export async function recordPoint(plan: PointPlan, call: Call): Promise<Tail> {
  const { before, point } = plan
  if (before?.at == null || before.day !== point.day) {
    const day = newDay(plan)
    if ((await readings(call).insert([day])) === 'inserted') return tailOf(day)
  } else {
    const summary = summaryWith(plan, point, summaryOf(before, plan.reading))
    if (await append(plan, before.at, summary, call)) return tailWith(plan, summary)
  }
  return reconcile(plan, call)
}

/** As recordPoint, for a day that does not stand as the meter says. */
async function reconcile(plan: PointPlan, call: Call): Promise<Tail> {
  const { meterId, point, reading } = plan
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const where = { _id: dayReadingsId(meterId, point.day) }
    const [found] = await readings(call).find(dayReadingsSchema, { where })
    if (!found) {
      const day = newDay(plan)
      if ((await readings(call).insert([day])) === 'inserted') return tailOf(day)
      continue
    }
    const last = { value: found.close, period: found.period, returned: found.returnedTotal }
    // It is in already, or another writer has read a newer value.
    if (isSame(reading, last) || found.at >= point.at) return tailOf(found)
    const summary = summaryWith(plan, point, summaryIn(found), { ...last, limit: null })
    if (await append(plan, found.at, summary, call)) return tailWith(plan, summary)
  }
  throw new CallError(
    'CONFLICT',
    text(
      '这个额度正被多处同时记录，请稍后重试。',
      'This meter is being recorded from several places. Try again later.',
    ),
  )
}

async function append(plan: PointPlan, lastAt: number, summary: DaySummary, call: Call): Promise<boolean> {
  const { meterId, point, reading } = plan
  const changes = {
    points: command(call).push({ each: [[point.at, point.value]] }),
    at: point.at,
    period: reading.period,
    returnedTotal: reading.returned,
    ...summary,
  }
  return (await readings(call).update({ _id: dayReadingsId(meterId, point.day), at: lastAt }, changes)) === 1
}

/** What a meter takes over from its newest day; of a day of one unchanged value no more than that. */
export function tailOf(day: Omit<DayReadings, 'points'>): Tail {
  const { at, close: value, period, returnedTotal: returned } = day
  return { at, day: day.day, value, period, returned, today: isUneventful(day) ? null : summaryIn(day) }
}

/** One point, and nothing happened before it. */
function isUneventful({ count, open, close, consumed, added, returned }: DaySummary): boolean {
  return count === 1 && equalDecimals(open, close) && [consumed, added, returned].every(sum => equalDecimals(sum, '0'))
}

function tailWith({ point, reading: { period, returned } }: PointPlan, today: DaySummary): Tail {
  return { ...point, period, returned, today }
}

function summaryIn({ open, close, min, max, consumed, added, returned, count }: DaySummary): DaySummary {
  return { open, close, min, max, consumed, added, returned, count }
}
