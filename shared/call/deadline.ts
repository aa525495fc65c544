import { setMaxListeners } from 'node:events'
import type { Clock } from './clock'
import { CallError } from './errors'
import { text } from './text'

/** WeChat's time-out for a function whose owner set none. */
const DEFAULT_BUDGET_MS = 3000
/** Kept back from the budget to build the answer and send it. */
const MARGIN_MS = 500

/** How long one invocation may still work. */
export interface Deadline {
  /** Aborts, with a DEADLINE_EXCEEDED error as its reason, when upstream work must end. */
  readonly signal: AbortSignal
  /** Milliseconds left for upstream work, never negative. */
  remaining(): number
  /** The promise's result, or a DEADLINE_EXCEEDED rejection when time is up first. For work that cannot be aborted. */
  race<T>(work: Promise<T>): Promise<T>
  /** Once the answer stands: ends the timer, and whatever work nobody waits for any more. */
  release(): void
}

/** The time limit that the platform gives this invocation, in ms. */
export function budgetOf(context: unknown): number {
  if (typeof context !== 'object' || context === null) return DEFAULT_BUDGET_MS
  const { getRemainingTimeInMillis, time_limit_in_ms } = context as Record<string, unknown>
  const remaining = typeof getRemainingTimeInMillis === 'function' ? getRemainingTimeInMillis.call(context) : undefined
  return [remaining, time_limit_in_ms].find(isBudget) ?? DEFAULT_BUDGET_MS
}

function isBudget(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0
}

/** Starts the clock of one invocation: work ends a margin before the platform would kill it. */
export function startDeadline(budgetMs: number, clock: Clock): Deadline {
  const endsAt = clock.now() + budgetMs - Math.min(MARGIN_MS, budgetMs / 5)
  const work = new AbortController()
  const cancel = clock.after(Math.max(0, endsAt - clock.now()), () => work.abort(deadlineExceeded()))
  const { signal } = work
  // Everything that works at the same time listens; Node would warn of a leak after ten.
  setMaxListeners(Number.POSITIVE_INFINITY, signal)
  return {
    signal,
    remaining: () => Math.max(0, endsAt - clock.now()),
    race: promise => raceSignal(promise, signal),
    release() {
      cancel()
      work.abort(ANSWERED)
    },
  }
}

/** Ends so much before another deadline, to leave time for what has to be done then. To be released, too. */
export function endingBefore(deadline: Deadline, byMs: number, clock: Clock): Deadline {
  const work = new AbortController()
  const onAbort = () => work.abort(deadline.signal.reason)
  const cancel = clock.after(Math.max(0, deadline.remaining() - byMs), () => work.abort(deadlineExceeded()))
  const { signal } = work
  setMaxListeners(Number.POSITIVE_INFINITY, signal)
  deadline.signal.addEventListener('abort', onAbort, { once: true })
  if (deadline.signal.aborted) onAbort()
  return {
    signal,
    remaining: () => Math.max(0, deadline.remaining() - byMs),
    race: promise => raceSignal(promise, signal),
    release() {
      cancel()
      deadline.signal.removeEventListener('abort', onAbort)
      work.abort(ANSWERED)
    },
  }
}

/** The promise's result, or a rejection with the signal's reason when it aborts first. */
export function raceSignal<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

export function deadlineExceeded(): CallError {
  return new CallError(
    'DEADLINE_EXCEEDED',
    text(
      '在函数的超时时间内没有得到完整的回答。请稍后重试，或在云开发控制台调大该函数的超时时间。',
      "There was no complete answer within the function's time-out. Try again, or raise the time-out of this function in the console.",
    ),
  )
}

/** Why work is aborted that was still under way when the answer stood. One for all: making an error takes a while. */
const ANSWERED = deadlineExceeded()
