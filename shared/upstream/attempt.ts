import { type Call, CallError, type Clock, type Provider, type UpstreamDetail } from '../call'
import { unavailable } from './failure'

const ATTEMPTS = 3
const BASE_DELAY_MS = 100
/** One attempt may not eat the whole time of a function with a long time-out. */
const ATTEMPT_TIMEOUT_MS = 5000

export interface UpstreamCall<T> {
  provider: Provider
  /** The API's name, for the log. */
  action: string
  /** One try. Throws a CallError; must heed the signal or be raced against it by the caller. */
  attempt(signal: AbortSignal): Promise<T>
  /** Waits until the next try may go out; not part of the time of one try. */
  turn?(signal: AbortSignal): Promise<void>
  /** Whether this failure may pass by itself. Default: UPSTREAM_UNAVAILABLE. */
  isTransient?(error: CallError): boolean
}

/**
 * Calls an upstream within the call's deadline: at most three attempts, full jitter from 100 ms, only reads. Logs one
 * line. Throws the last attempt's CallError, or DEADLINE_EXCEEDED when time ran out before any attempt failed.
 */
export async function callUpstream<T>(request: UpstreamCall<T>, call: Call): Promise<T> {
  const startedAt = call.clock.now()
  const tally = { attempts: 0 }
  const logOutcome = (code: string, upstream?: UpstreamDetail) => {
    const said = { upstreamCode: upstream?.code, upstreamRequestId: upstream?.requestId }
    const { provider, action } = request
    const ms = Math.round(call.clock.now() - startedAt)
    call.log('upstream', { provider, action, code, ...said, attempts: tally.attempts, ms })
  }
  try {
    const answer = await persist(request, call, tally)
    logOutcome('OK')
    return answer
  } catch (error) {
    if (error instanceof CallError) logOutcome(error.code, error.upstream)
    else logOutcome('INTERNAL')
    throw error
  }
}

/** A loop of its own: with sleep, jitter, deadline and judgement passed in, a library would add but the `for`. */
async function persist<T>(request: UpstreamCall<T>, call: Call, tally: { attempts: number }): Promise<T> {
  const { clock, deadline } = call
  const isTransient = request.isTransient ?? (error => error.code === 'UPSTREAM_UNAVAILABLE')
  let failure: CallError | undefined
  for (;;) {
    try {
      if (failure) await clock.sleep(delayAfter(failure, tally.attempts, clock), deadline.signal)
      await request.turn?.(deadline.signal)
      tally.attempts += 1
      call.tally.upstreamCalls += 1
      return await attemptOnce(request, call)
    } catch (error) {
      // Time running out says less than what went wrong before it.
      if (deadline.signal.aborted && error === deadline.signal.reason) throw failure ?? error
      if (!(error instanceof CallError) || !isTransient(error) || tally.attempts >= ATTEMPTS) throw error
      failure = error
    }
  }
}

function delayAfter(error: CallError, attempt: number, clock: Clock): number {
  return attempt === 1 && isReset(error.cause) ? 0 : clock.random() * BASE_DELAY_MS * 2 ** (attempt - 1)
}

/** One try, within the deadline and, where that is far off, within the time of one try. */
async function attemptOnce<T>({ provider, attempt }: UpstreamCall<T>, { clock, deadline }: Call): Promise<T> {
  deadline.signal.throwIfAborted()
  const limited = deadline.remaining() > ATTEMPT_TIMEOUT_MS
  const { signal, release } = limited ? limitedSignal(provider, clock, deadline.signal) : unlimited(deadline.signal)
  try {
    return await attempt(signal)
  } catch (error) {
    // An aborted attempt fails in many ways; why it was aborted is the one reason that counts.
    throw signal.aborted ? signal.reason : error
  } finally {
    release()
  }
}

interface AttemptSignal {
  signal: AbortSignal
  release(): void
}

function unlimited(signal: AbortSignal): AttemptSignal {
  return { signal, release: () => undefined }
}

function limitedSignal(provider: Provider, clock: Clock, deadline: AbortSignal): AttemptSignal {
  const controller = new AbortController()
  const onDeadline = () => controller.abort(deadline.reason)
  deadline.addEventListener('abort', onDeadline, { once: true })
  const cancel = clock.after(ATTEMPT_TIMEOUT_MS, () => {
    controller.abort(unavailable({ provider, code: 'TIMEOUT', message: `no answer in ${ATTEMPT_TIMEOUT_MS} ms` }))
  })
  return {
    signal: controller.signal,
    release() {
      cancel()
      deadline.removeEventListener('abort', onDeadline)
    },
  }
}

/** A kept-alive socket goes stale while an instance is frozen; the first use then meets a reset. */
function isReset(cause: unknown): boolean {
  if (!(cause instanceof Error)) return false
  return (
    ['ECONNRESET', 'EPIPE'].includes((cause as NodeJS.ErrnoException).code ?? '') ||
    cause.message.includes('socket hang up')
  )
}
