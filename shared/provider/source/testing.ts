import type { Call } from '../../call'
import type { Reading } from '../../meter/reading'
import type { ReadOptions, Source, Step } from './source'

export const TEN_MINUTES = 600_000

/** What a round is asked, unless a test says otherwise. */
export function readOptions(options: Partial<ReadOptions> = {}): ReadOptions {
  return { intervalMs: TEN_MINUTES, mayRequest: () => true, ...options }
}

/** The steps of one invocation, as JSON carries them; only the first so many, if given: then it is killed. */
export async function stepsOf(
  source: Source,
  options: Partial<ReadOptions>,
  call: Call,
  most = Number.POSITIVE_INFINITY,
): Promise<Step[]> {
  const steps: Step[] = []
  if (most === 0) return steps
  for await (const step of source.read(readOptions(options), call)) {
    steps.push(JSON.parse(JSON.stringify(step)))
    if (steps.length >= most) break
  }
  return steps
}

export function readingsOf(steps: readonly Step[]): Reading[] {
  return steps.flatMap(({ readings }) => readings)
}
