import * as v from 'valibot'
import { addDays, type DaySpan, isDay, isSameMonth } from '../../meter/day'
import { type Place, placeSchema, START } from '../esign/place'
import type { UsageRecord } from '../esign/record'
import { addRecords, KIND, MOST_KINDS, sumsSchema } from '../esign/summary'

const day = v.pipe(v.string(), v.check(isDay))

const span = v.strictObject({ start: day, end: day })

const memorySchema = v.strictObject({
  application: v.string(),
  /** The first day that is not settled; the month of the sums. */
  from: day,
  /** Of the settled days of the month: nothing is added to them any more. */
  sums: sumsSchema,
  /** Every kind seen so far, in this month or before. */
  kinds: v.pipe(v.array(v.pipe(v.string(), v.regex(KIND))), v.maxLength(MOST_KINDS)),
})

/** What one round tells the next. */
export type UsageMemory = v.InferOutput<typeof memorySchema>

const roundSchema = v.strictObject({
  application: v.string(),
  /** Days that are over for good, to be read once more and remembered; null: none. */
  settling: v.nullable(span),
  /** The days after those, of the same month, up to the round's own. */
  open: span,
  /** Among these spans, in this order. */
  place: placeSchema,
  /** Of the settled days, those that this round settles included. */
  settledSums: sumsSchema,
  openSums: sumsSchema,
  /** Whether the days to be settled changed while they were read: then they are not over. */
  isUnsettled: v.boolean(),
})

/** A reading of the month's usage that is under way. */
export type UsageRound = v.InferOutput<typeof roundSchema>

/** The memory, if it is one of this application; damaged ones count for nothing. */
export function memoryFrom(memory: unknown, application: string): UsageMemory | undefined {
  return v.is(memorySchema, memory) && memory.application === application ? memory : undefined
}

/**
 * A round on this day: what is settled is not read again. Yesterday stays open as well, for what is entered late. Where
 * the memory is of another month, the round begins with the month.
 */
export function startRound(memory: UsageMemory | undefined, application: string, today: string): UsageRound {
  const monthStart = `${today.slice(0, 6)}01`
  const isOfMonth = memory !== undefined && memory.from >= monthStart && memory.from <= today
  const from = isOfMonth ? memory.from : monthStart
  const yesterday = addDays(today, -1)
  const openFrom = from > yesterday ? from : yesterday
  return {
    application,
    settling: from < openFrom ? { start: from, end: addDays(openFrom, -1) } : null,
    open: { start: openFrom, end: today },
    place: START,
    settledSums: isOfMonth ? memory.sums : [],
    openSums: [],
    isUnsettled: false,
  }
}

/**
 * The round that was saved, if it can go on: of this application, and begun today or yesterday. One that was begun before
 * midnight keeps its days.
 */
export function roundFrom(saved: unknown, application: string, today: string): UsageRound | undefined {
  if (!v.is(roundSchema, saved) || saved.application !== application || isComplete(saved)) return undefined
  const days = spansOf(saved).flatMap(({ start, end }) => [start, end])
  const isInOrder = days.every((each, index) => index === 0 || (days[index - 1] ?? '') <= each)
  const { start, end } = daysOf(saved)
  return isInOrder && isSameMonth(start, end) && end <= today && end >= addDays(today, -1) ? saved : undefined
}

/** The round after one more page, which led to this place. */
export function advanceRound(round: UsageRound, records: readonly UsageRecord[], place: Place): UsageRound {
  if (round.settling && round.place.month === 0) {
    return { ...round, place, settledSums: addRecords(round.settledSums, records), isUnsettled: place.changed }
  }
  return { ...round, place, openSums: addRecords(round.openSums, records) }
}

export function spansOf({ settling, open }: UsageRound): DaySpan[] {
  return settling ? [settling, open] : [open]
}

/** All days that the round reads. */
export function daysOf({ settling, open }: UsageRound): DaySpan {
  return { start: (settling ?? open).start, end: open.end }
}

export function isComplete(round: UsageRound): boolean {
  return round.place.month >= spansOf(round).length
}

/** What a complete round leaves to the next; undefined where nothing may be added to what was told before. */
export function memoryOf({ application, open, settledSums, isUnsettled }: UsageRound, kinds: string[]) {
  return isUnsettled ? undefined : ({ application, from: open.start, sums: settledSums, kinds } satisfies UsageMemory)
}
