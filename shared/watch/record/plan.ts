import { dayAt } from '../../meter/day'
import { type DaySummary, type Recorded, summarize } from '../../meter/daySummary'
import { equalDecimals } from '../../meter/decimal'
import { fullAfter, levelOf, orderOf, rankOf } from '../../meter/level'
import type { Level, Reading, Standing } from '../../meter/reading'
import type { RecordedMeter } from '../../store/meters'

/** A value that its history does not hold yet. */
export interface NewPoint {
  at: number
  day: string
  value: string
}

/** What the history of a meter comes to once the new point is in it. */
export interface Tail {
  /** Of the last point. */
  at: number
  day: string
  value: string
  period: string | null
  returned: string | null
  /** Of that day; null when the day holds nothing but one unchanged value. */
  today: DaySummary | null
}

/** What is known of a meter up to now. */
export type Known = Pick<RecordedMeter, 'value' | 'limit' | 'full' | 'period' | 'returned' | 'at' | 'day' | 'today'>

/** What one reading means for its meter. */
export interface Plan {
  reading: Reading
  /** Undefined for a new meter. */
  before: Known | undefined
  /** To be put into the history first. */
  point: NewPoint | undefined
  /** Whether the point only says that the value still holds on a new day. */
  isHeartbeat: boolean
  /** Whether somebody has recorded a newer reading since this one was taken: then it changes nothing. */
  isOutdated: boolean
}

export function planFor(reading: Reading, before: Known | undefined): Plan {
  const { value, at } = reading
  const day = dayAt(at)
  const isNews = value !== null && !isRecorded(reading, before)
  const isHeartbeat = value !== null && !isNews && before?.day !== day
  const isDue = isNews || isHeartbeat
  const isOutdated = isDue && before?.at != null && before.at >= at
  const point = isDue && !isOutdated ? { at, day, value } : undefined
  return { reading, before, point, isHeartbeat, isOutdated }
}

/** Whether the last point says what the reading says. */
function isRecorded(reading: Reading, before: Known | undefined): boolean {
  return before?.value != null && before.at !== null && isSame(reading, { ...before, value: before.value })
}

/** Whether both are the same value of the same period, with the same returns. */
export function isSame(reading: Reading, recorded: Omit<Recorded, 'limit'>): boolean {
  return (
    reading.value !== null &&
    equalDecimals(reading.value, recorded.value) &&
    reading.period === recorded.period &&
    equalDecimals(reading.returned ?? '0', recorded.returned ?? '0')
  )
}

/** The day's summary with the plan's point, given what the day was like before it. */
export function summaryWith(
  { reading, before }: Plan,
  point: NewPoint,
  soFar: DaySummary | null,
  last: Recorded | null = recordedOf(before),
): DaySummary {
  const { period, limit, returned } = reading
  return summarize(soFar, reading.kind, last, { value: point.value, period, limit, returned })
}

/** The summary of the meter's newest day; a day of one unchanged value keeps none. */
export function summaryOf(before: Known, { kind }: Reading): DaySummary | null {
  const last = recordedOf(before)
  return before.today ?? (last && summarize(null, kind, last, last))
}

function recordedOf(meter: Known | undefined): Recorded | null {
  if (meter?.value == null) return null
  const { value, period, limit, returned } = meter
  return { value, period, limit, returned }
}

interface Judgement {
  standing: Standing
  level: Level | null
  rank: number
  order: number
}

/** How the reading stands, its percentages being of `full` where it has no limit. */
function judge({ kind, value, limit, standing }: Reading, full: string | null): Judgement {
  const level = standing === 'current' && value !== null ? levelOf({ kind, value, limit, full }) : null
  return { standing, level, rank: rankOf(standing, level), order: orderOf({ kind, value, limit, full }) }
}

/** What the reading and its history make of the meter. A value that the reading does not name is the last one known. */
export function meterAfter({ reading, before }: Plan, tail: Tail | undefined) {
  const { key, title, kind, unit, limit, resetsAt } = reading
  const full = tail ? fullAfter(before ?? null, tail.value) : (before?.full ?? null)
  const latest: Partial<Known> = tail ?? before ?? {}
  const { value = null, period = null, returned = null, at = null, day = null, today = null } = latest
  const judgement = judge({ ...reading, value: tail?.value ?? reading.value }, full)
  return {
    key,
    title,
    kind,
    unit,
    limit,
    resetsAt,
    full,
    value,
    period,
    returned,
    at,
    day,
    today,
    ...judgement,
    missingSince: null,
  }
}

/** The level, or the standing where there is none: what the board counts by. */
export function countedAs({ standing, level }: { standing: Standing; level: Level | null }): string {
  return standing === 'current' ? (level ?? 'ok') : standing
}
