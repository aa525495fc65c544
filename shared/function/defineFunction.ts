import type * as v from 'valibot'
import {
  budgetOf,
  type Call,
  CallError,
  type Clock,
  consoleLog,
  environmentFrom,
  errorBody,
  languageOf,
  newTally,
  startDeadline,
  systemClock,
  text,
} from '../call'
import type { Role } from '../store/members'
import { requireHeld, requireRole, roleOf } from './access'
import { type Caller, callerFrom } from './caller'
import type { Result } from './envelope'
import { inputFrom } from './event'
import { parseInput } from './schema'

/** After the deadline the work has this long to give its own, better answer before it is cut off. */
const GRACE_MS = 100

export interface Definition<Schema extends v.GenericSchema, Output> {
  name: string
  /** The role that a client needs, where it depends on what is asked for: by the valid input. */
  role: Role | ((input: v.InferOutput<Schema>) => Role)
  input: Schema
  run(input: v.InferOutput<Schema>, call: Call, caller: Caller): Promise<Output>
}

export interface Surroundings {
  clock: Clock
  variables: NodeJS.ProcessEnv
}

export type CloudFunction<Output> = (event: unknown, context?: unknown) => Promise<Result<Output>>

/**
 * Makes the `main` of a cloud function: caller, permission, valid input, work within the deadline, result envelope, one
 * log line. It never throws, and answers before the platform's time-out unless that is under half a second.
 */
export function defineFunction<const Schema extends v.GenericSchema, Output>(
  definition: Definition<Schema, Output>,
  { clock, variables }: Surroundings = { clock: systemClock, variables: process.env },
): CloudFunction<Output> {
  return async (event, context) => {
    const requestId = requestIdOf(context, clock)
    const log = consoleLog({ function: definition.name, requestId })
    const startedAt = clock.now()
    const caller = callerFrom(variables)
    const environment = environmentFrom(variables)
    const deadline = startDeadline(budgetOf(context), clock)
    const language = languageOf(environment.get('YULIANG_LANGUAGE'))
    const call: Call = { requestId, clock, deadline, environment, log, language, tally: newTally() }

    const work = async () => definition.run(await admit(definition, event, caller, call), call, caller)
    let result: Result<Output>
    try {
      result = { ok: true, data: await withGrace(work(), call), requestId }
    } catch (error) {
      const known = error instanceof CallError ? error : internal(error, call)
      result = { ok: false, error: errorBody(known, call), requestId }
    } finally {
      deadline.release()
    }
    log('invocation', {
      caller: caller.kind,
      code: result.ok ? 'OK' : result.error.code,
      ms: Math.round(clock.now() - startedAt),
    })
    return result
  }
}

/** The valid input of a caller who may ask for it. Who has no role at all learns nothing about the input. */
async function admit<const Schema extends v.GenericSchema>(
  { role, input }: Pick<Definition<Schema, unknown>, 'role' | 'input'>,
  event: unknown,
  caller: Caller,
  call: Call,
): Promise<v.InferOutput<Schema>> {
  const parsed = () => parseInput(input, inputFrom(event, caller))
  if (typeof role !== 'function') {
    await requireRole(caller, role, call)
    return parsed()
  }
  const held = await roleOf(caller, call)
  const valid = parsed()
  requireHeld(caller, held, role(valid))
  return valid
}

/** The work's own outcome, unless it ignores the deadline for longer than the grace. */
function withGrace<T>(work: Promise<T>, { clock, deadline: { signal } }: Call): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => clock.after(GRACE_MS, () => reject(signal.reason))
    signal.addEventListener('abort', onAbort, { once: true })
    const settle = () => signal.removeEventListener('abort', onAbort)
    work.finally(settle).then(resolve, reject)
  })
}

/** The platform's; made up where there is none. */
function requestIdOf(context: unknown, clock: Clock): string {
  const id = typeof context === 'object' && context !== null ? (context as { request_id?: unknown }).request_id : ''
  return typeof id === 'string' && id !== ''
    ? id
    : `local-${clock.now().toString(36)}-${clock.random().toString(36).slice(2)}`
}

/** A fault of our own. Its frames are logged, its message is not: it could hold a secret. */
function internal(error: unknown, call: Call): CallError {
  const frames = error instanceof Error ? error.stack?.split('\n').filter(line => /^\s+at /.test(line)) : undefined
  call.log('internal-error', { error: nameOf(error), frames: frames?.slice(0, 8).join('\n') })
  return new CallError(
    'INTERNAL',
    text(
      `函数内部出错。请用 requestId ${call.requestId} 在云函数日志中查找原因。`,
      `Something went wrong inside the function. Look for requestId ${call.requestId} in the function's log.`,
    ),
  )
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}
