import type { Outcome } from '../runtime'
import type { Envelope } from './envelope'
import type { SweepRecord } from './sweepLine'

/** The record of a sweep, or why there is none. */
export type SweepAnswer = { ok: true; data: SweepRecord } | { ok: false; error: { code: string; message: string } }

/** What a sweep's invocation came to, whether it was the platform or the function that refused. */
export function sweepAnswer(outcome: Outcome): SweepAnswer {
  // The functions' contract; the console reads only what it names.
  return outcome.ok ? (outcome.result as Envelope<SweepRecord>) : { ok: false, error: outcome }
}

/** Whether anything was not read that should have been. */
export function hasFailed(answer: SweepAnswer): boolean {
  return !answer.ok || answer.data.connections.some(({ outcome }) => outcome === 'failed')
}
