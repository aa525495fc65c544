import type { Clock } from './clock'
import type { Deadline } from './deadline'
import type { Environment } from './environment'
import type { Log } from './log'
import type { Language } from './text'

/** What one invocation carries to everything it calls. */
export interface Call {
  requestId: string
  clock: Clock
  deadline: Deadline
  environment: Environment
  log: Log
  /** Of messages for people. */
  language: Language
  tally: Tally
  /** Spaces calls out together with other instances; without it each instance keeps the pace by itself. */
  paces?: Paces
}

/** What users pay for, counted as it happens. */
export interface Tally {
  upstreamCalls: number
  databaseReads: number
  databaseWrites: number
}

export function newTally(): Tally {
  return { upstreamCalls: 0, databaseReads: 0, databaseWrites: 0 }
}

/** Adds what a part of an invocation counted by itself. */
export function addTally(tally: Tally, part: Readonly<Tally>): void {
  tally.upstreamCalls += part.upstreamCalls
  tally.databaseReads += part.databaseReads
  tally.databaseWrites += part.databaseWrites
}

export interface Paces {
  /**
   * Waits for the next turn of this account and API, of which there are so many per second; rejects with the signal's
   * reason when it aborts first. The key holds no secret in the clear.
   */
  turn(key: string, perSecond: number, signal: AbortSignal): Promise<void>
}
