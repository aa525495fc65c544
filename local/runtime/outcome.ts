import type { Caller } from './caller'
import type { Limits } from './limits'
import type { ErrorReport } from './protocol'

export type FailureCode =
  | 'FUNCTION_NOT_FOUND'
  | 'FUNCTION_TIMEOUT'
  | 'FUNCTION_OUT_OF_MEMORY'
  /** `main` threw, gave something that is not JSON, or could not be loaded. */
  | 'FUNCTION_FAILED'
  /** The process ended before it answered. */
  | 'FUNCTION_EXITED'
  | 'RESULT_TOO_LARGE'
  | 'RUNTIME_CLOSED'

/** Which invocation, and what it took: from the moment it had an instance, the instance's start included. */
export interface Invocation {
  requestId: string
  coldStart: boolean
  ms: number
}

export interface Failure {
  code: FailureCode
  message: string
  /** The function's own stack, when it threw. */
  stack?: string
}

export type Outcome = ({ ok: true; result: unknown } & Invocation) | ({ ok: false } & Failure & Invocation)

/** How an instance ended one invocation. */
export type Ending =
  | { kind: 'returned'; json: string }
  | { kind: 'threw'; error: ErrorReport }
  | { kind: 'crashed'; error: ErrorReport }
  | { kind: 'exited'; how: string }
  | { kind: 'init-timed-out' }
  | { kind: 'timed-out' }
  | { kind: 'out-of-memory' }
  | { kind: 'closed' }

const MB = 1024 * 1024

/** The ending in the platform's words. */
export function outcomeOf(ending: Ending, caller: Caller, limits: Limits, invocation: Invocation): Outcome {
  if (ending.kind !== 'returned') return { ok: false, ...failureOf(ending, limits), ...invocation }
  // WeChat passes 1 MB on to a client; SCF itself 6 MB.
  const maxMb = caller.kind === 'client' ? 1 : 6
  if (Buffer.byteLength(ending.json) > maxMb * MB) {
    const message = `-604001 cloudfunction result size exceed limit (${maxMb}MB)`
    return { ok: false, code: 'RESULT_TOO_LARGE', message, ...invocation }
  }
  return { ok: true, result: JSON.parse(ending.json), ...invocation }
}

function failureOf(ending: Exclude<Ending, { kind: 'returned' }>, limits: Limits): Failure {
  switch (ending.kind) {
    case 'threw':
      return { code: 'FUNCTION_FAILED', ...ending.error }
    case 'crashed':
      return { code: 'FUNCTION_EXITED', ...ending.error }
    case 'exited':
      return { code: 'FUNCTION_EXITED', message: `The function's process ended before it answered: ${ending.how}` }
    case 'init-timed-out':
      return { code: 'FUNCTION_TIMEOUT', message: `Initializing task timed out after ${limits.initMs / 1000} seconds` }
    case 'timed-out':
      return { code: 'FUNCTION_TIMEOUT', message: `Invoking task timed out after ${limits.timeoutMs / 1000} seconds` }
    case 'out-of-memory':
      return { code: 'FUNCTION_OUT_OF_MEMORY', message: `Memory limit of ${limits.memoryMb} MB reached` }
    case 'closed':
      return { code: 'RUNTIME_CLOSED', message: 'The local cloud is closing' }
  }
}
