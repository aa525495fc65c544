import { dayOf, HOUR, startOf, weekdayOf, weekOf } from './calendar'
import { chance } from './chance'

/** What each day from Monday takes of a week: Fridays are busy, weekends quiet. */
const SHAPE = [1.05, 1, 0.95, 1, 1.2, 0.45, 0.35]

const OPENS = 8 * HOUR
const CLOSES = 22 * HOUR

/**
 * How much was used up since the beginning of time: continuous, never falling, exactly `perWeek` in every week, and
 * within a week by weekday, by opening hours, and a little by chance.
 */
export function consumed(seed: string, perWeek: number, instant: number): number {
  const day = dayOf(instant)
  const week = weekOf(day)
  const today = weekdayOf(day)
  const progress = Math.min(1, Math.max(0, (instant - startOf(day) - OPENS) / (CLOSES - OPENS)))
  let whole = 0
  let past = 0
  SHAPE.forEach((usual, weekday) => {
    const share = usual * (0.75 + 0.5 * chance(seed, week, weekday))
    whole += share
    if (weekday < today) past += share
    else if (weekday === today) past += share * progress
  })
  return perWeek * (week + past / whole)
}

/** Something that is used up and filled up again. */
export interface Tank {
  seed: string
  perWeek: number
  /** What one top-up adds. */
  topUp: number
  /** Reaching this, the owner tops up. */
  low: number
}

/** What is left: a sawtooth of whole numbers above `low`, at most `low + topUp`. */
export function remaining(tank: Tank, instant: number): number {
  const phase = chance(tank.seed, 'phase') * tank.topUp
  return tank.low + tank.topUp - (Math.floor(consumed(tank.seed, tank.perWeek, instant) + phase) % tank.topUp)
}
