import type { Call, Environment } from '../../call'
import type { Reading } from '../../meter/reading'

export const PROVIDERS = [
  'waybill',
  'codeAudit',
  'memberBalance',
  'esignUsage',
  'partnerCredit',
  'apiAllowance',
] as const

export type ProviderName = (typeof PROVIDERS)[number]

/** Some readings, and where reading goes on after them. Places and memories are JSON values. */
export interface Step {
  readings: Reading[]
  /** Absent when this was all. */
  next?: unknown
  /** What the source wants to be told at its next round; absent: what it was told before. */
  memory?: unknown
}

export interface ReadOptions {
  /** The `next` of an earlier step, perhaps of another invocation; undefined at the start of a round. */
  from?: unknown
  /** What the source last asked to remember; undefined at first. */
  memory?: unknown
  /** How often the connection is read, in ms. */
  intervalMs: number
  /** Asked before each request; a "no" ends the reading, in order, after those in flight. */
  mayRequest(inFlight: number): boolean
}

/** One source of meters: everything that one connection to it has. */
export interface Source {
  /** How often it is worth reading, by default. */
  intervalMinutes: number
  /** Variables that a connection with credentials of its own sets, over those of the function. */
  variables: { secret: readonly string[]; plain: readonly string[] }
  /** Whether the function's own environment has what it takes. */
  isConfigured(environment: Environment): boolean
  /**
   * Every meter of the connection, with as few upstream calls as the API allows. A meter that cannot be read has its
   * standing, not an error; what stops the whole reading is thrown. A place or memory of an older version, or a damaged
   * one, starts from the beginning.
   */
  read(options: ReadOptions, call: Call): AsyncIterable<Step>
  /** One meter now, by one upstream call where the API allows. Throws NOT_FOUND when there is no such meter any more. */
  readOne(key: string, options: { memory?: unknown }, call: Call): Promise<Reading>
}
