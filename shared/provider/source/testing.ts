import type { Call } from '../../call'
import type { Reading } from '../../meter/reading'
import type { ReadOptions, Source, Step } from './source'

export const TEN_MINUTES = 600_000

/** What a round is asked, unless a test says otherwise. */
export function readOptions(options: Partial<ReadOptions> = {}): ReadOptions {
  return { intervalMs: TEN_MINUTES, mayRequest: () => true, ...options }
}

/** A step whose readings are told without their instants. */
export type ToldStep = Omit<Step, 'readings'> & { readings: Omit<Reading, 'at'>[] }

/**
 * The steps of one invocation, as JSON carries them; only the first so many, if given: then it is killed. That readings are
 * of no other time than the invocation's is checked here, once for all.
 */
export async function stepsOf(
  source: Source,
  options: Partial<ReadOptions>,
  call: Call,
  most = Number.POSITIVE_INFINITY,
): Promise<ToldStep[]> {
  const startedAt = call.clock.now()
  const steps: ToldStep[] = []
  if (most === 0) return steps
  for await (const step of source.read(readOptions(options), call)) {
    const readings = step.readings.map(reading => told(reading, startedAt, call))
    steps.push(JSON.parse(JSON.stringify({ ...step, readings })))
    if (steps.length >= most) break
  }
  return steps
}

/** The reading without its instant, which must lie within the invocation. */
export function told({ at, ...reading }: Reading, startedAt: number, { clock }: Call): Omit<Reading, 'at'> {
  if (!(at >= startedAt && at <= clock.now())) throw new RangeError(`at: ${at}`)
  return reading
}

export function readingsOf(steps: readonly ToldStep[]): Omit<Reading, 'at'>[] {
  return steps.flatMap(({ readings }) => readings)
}
