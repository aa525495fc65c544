import { describe, expect, it, jest } from '@jest/globals'
import { makeCall, type TestCall, type TestCallOptions } from '../../tests/support/call'
import { fakeClock, NOON } from '../../tests/support/clock'
import { failureOf } from '../../tests/support/failure'
import { CallError } from '../call'
import { callUpstream, type UpstreamCall } from './attempt'
import { rateLimited, rejected, unavailable } from './failure'

const BUSY = { provider: 'wechat', code: '-1', message: 'system busy', requestId: 'rid-1' } as const
const RESET = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })

describe('callUpstream', () => {
  it('gives the first answer without another attempt', async () => {
    const { call, attempt } = prepare([42])
    await expect(run(call, attempt)).resolves.toBe(42)
    expect(attempt).toHaveBeenCalledTimes(1)
    expect(call.clock.sleeps).toEqual([2500])
  })

  it('tries again after a transient failure and gives the right answer', async () => {
    const { call, attempt } = prepare([unavailable(BUSY), unavailable(BUSY), 42])
    await expect(run(call, attempt)).resolves.toBe(42)
    expect(attempt).toHaveBeenCalledTimes(3)
  })

  it('gives up after three attempts with the last error', async () => {
    const last = unavailable({ ...BUSY, code: 'third' })
    const { call, attempt } = prepare([unavailable(BUSY), unavailable(BUSY), last, 42])
    expect(await failureOf(run(call, attempt))).toBe(last)
    expect(attempt).toHaveBeenCalledTimes(3)
  })

  it.each<[string, CallError]>([
    ['a refusal', rejected(BUSY)],
    ['a rate limit', rateLimited(BUSY)],
    ['another code', new CallError('NOT_FOUND', { zh: '', en: '' })],
  ])('does not try again after %s', async (_, error) => {
    const { call, attempt } = prepare([error, 42])
    expect(await failureOf(run(call, attempt))).toBe(error)
    expect(attempt).toHaveBeenCalledTimes(1)
  })

  it('lets the provider say what is transient', async () => {
    const { call, attempt } = prepare([rateLimited(BUSY), 42])
    const isTransient = (error: CallError) => error.code === 'RATE_LIMITED'
    await expect(run(call, attempt, { isTransient })).resolves.toBe(42)
    const other = prepare([unavailable(BUSY), 42])
    expect((await failureOf(run(other.call, other.attempt, { isTransient }))).code).toBe('UPSTREAM_UNAVAILABLE')
  })

  it.each<[string, Error]>([
    ['an Error', new Error('bug')],
    ['a TypeError', new TypeError('fetch failed')],
  ])('does not try again after a fault of our own: %s', async (_, fault) => {
    const { call, attempt } = prepare([fault, 42])
    await expect(run(call, attempt)).rejects.toBe(fault)
    expect(attempt).toHaveBeenCalledTimes(1)
  })

  describe('between attempts', () => {
    it('waits a random part of 100 ms, then of 200 ms', async () => {
      const chances = [0.5, 0.25]
      const clock = fakeClock({ random: () => chances.shift() ?? 0 })
      const { call, attempt } = prepare([unavailable(BUSY), unavailable(BUSY), 42], { clock })
      await clock.finish(run(call, attempt))
      expect(clock.sleeps.slice(1)).toEqual([50, 50])
    })

    it('waits less than 100 ms and 200 ms whatever chance says', async () => {
      const clock = fakeClock({ random: () => 1 - Number.EPSILON })
      const { call, attempt } = prepare([unavailable(BUSY), unavailable(BUSY), 42], { clock })
      await clock.finish(run(call, attempt))
      const [first = 0, second = 0] = clock.sleeps.slice(1)
      expect(first).toBeGreaterThan(99)
      expect(first).toBeLessThan(100)
      expect(second).toBeGreaterThan(199)
      expect(second).toBeLessThan(200)
    })

    it.each<[string, Error]>([
      ['a reset', RESET],
      ['a broken pipe', Object.assign(new Error('write'), { code: 'EPIPE' })],
      ['a hang-up', new Error('socket hang up')],
    ])('does not wait after %s: a kept-alive socket had gone stale', async (_, cause) => {
      const clock = fakeClock({ random: () => 0.9 })
      const { call, attempt } = prepare([unavailable(BUSY, cause), 42], { clock })
      await clock.finish(run(call, attempt))
      expect(clock.sleeps.slice(1)).toEqual([0])
    })

    it('waits after a second reset, which is no stale socket any more', async () => {
      const clock = fakeClock({ random: () => 0.5 })
      const { call, attempt } = prepare([unavailable(BUSY, RESET), unavailable(BUSY, RESET), 42], { clock })
      await clock.finish(run(call, attempt))
      expect(clock.sleeps.slice(1)).toEqual([0, 100])
    })

    it('waits after another network failure', async () => {
      const clock = fakeClock({ random: () => 0.5 })
      const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
      const { call, attempt } = prepare([unavailable(BUSY, refused), 42], { clock })
      await clock.finish(run(call, attempt))
      expect(clock.sleeps.slice(1)).toEqual([50])
    })
  })

  describe('at the deadline', () => {
    it('ends a hanging attempt with DEADLINE_EXCEEDED', async () => {
      const { call } = prepare([])
      const failure = failureOf(run(call, hang))
      await call.clock.advance(call.deadline.remaining())
      expect((await failure).code).toBe('DEADLINE_EXCEEDED')
    })

    it('gives the last real error when time runs out while waiting for the next attempt', async () => {
      const clock = fakeClock({ random: () => 0.9 })
      const { call, attempt } = prepare([unavailable(BUSY), 42], { clock, budgetMs: 50 })
      const failure = failureOf(run(call, attempt))
      await clock.advance(60)
      expect(await failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', upstream: BUSY })
      expect(attempt).toHaveBeenCalledTimes(1)
    })

    it('gives the last real error when the next attempt hangs until then', async () => {
      const { call } = prepare([])
      const outcomes = [() => Promise.reject(unavailable(BUSY)), hang]
      const failure = failureOf(run(call, signal => outcomes.shift()?.(signal) ?? Promise.resolve(0)))
      await call.clock.advance(call.deadline.remaining())
      expect(await failure).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', upstream: BUSY })
    })

    it('does not begin an attempt afterwards', async () => {
      const { call, attempt } = prepare([42])
      await call.clock.advance(3000)
      expect((await failureOf(run(call, attempt))).code).toBe('DEADLINE_EXCEEDED')
      expect(attempt).not.toHaveBeenCalled()
    })
  })

  describe('within a long deadline', () => {
    it('ends an attempt after 5 s and tries again', async () => {
      const { call } = prepare([], { budgetMs: 60_000 })
      const outcomes = [hang, async () => 42]
      const answer = run(call, signal => outcomes.shift()?.(signal) ?? Promise.resolve(0))
      await call.clock.advance(4999)
      expect(outcomes).toHaveLength(1)
      await call.clock.advance(1)
      await expect(answer).resolves.toBe(42)
    })

    it('calls three such attempts UPSTREAM_UNAVAILABLE, code TIMEOUT', async () => {
      const { call } = prepare([], { budgetMs: 60_000 })
      const error = await call.clock.finish(failureOf(run(call, hang)))
      expect(error).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', upstream: { code: 'TIMEOUT' } })
      expect(call.clock.now() - NOON).toBe(15_000)
    })

    it('leaves no timer behind an attempt that ended in time', async () => {
      const { call, attempt } = prepare([unavailable(BUSY), 42], { budgetMs: 60_000 })
      await run(call, attempt)
      expect(call.clock.sleeping).toBe(1)
    })
  })

  describe('the turn', () => {
    it('is waited for before each attempt', async () => {
      const { call, attempt } = prepare([unavailable(BUSY), 42])
      const order: string[] = []
      const turn = async () => void order.push('turn')
      await run(
        call,
        signal => {
          order.push('attempt')
          return attempt(signal)
        },
        { turn },
      )
      expect(order).toEqual(['turn', 'attempt', 'turn', 'attempt'])
    })

    it('that does not come before the deadline is DEADLINE_EXCEEDED, without an attempt', async () => {
      const { call, attempt } = prepare([42])
      const failure = failureOf(run(call, attempt, { turn: signal => call.clock.sleep(60_000, signal) }))
      await call.clock.advance(3000)
      expect((await failure).code).toBe('DEADLINE_EXCEEDED')
      expect(attempt).not.toHaveBeenCalled()
    })
  })

  describe('the log line', () => {
    it('of a success after failures says OK, with the attempts', async () => {
      const { call, attempt } = prepare([unavailable(BUSY), 42])
      await run(call, attempt)
      expect(call.lines).toEqual([
        { event: 'upstream', provider: 'wechat', action: 'getThings', code: 'OK', attempts: 2, ms: 0 },
      ])
    })

    it('of a failure says what the upstream said', async () => {
      const { call, attempt } = prepare([rejected(BUSY)])
      await failureOf(run(call, attempt))
      expect(call.lines).toEqual([
        {
          event: 'upstream',
          provider: 'wechat',
          action: 'getThings',
          code: 'UPSTREAM_REJECTED',
          upstreamCode: '-1',
          upstreamRequestId: 'rid-1',
          attempts: 1,
          ms: 0,
        },
      ])
    })

    it('holds the time that all attempts took, and no text of the upstream', async () => {
      const { call } = prepare([])
      const failure = failureOf(run(call, hang))
      await call.clock.advance(3000)
      await failure
      expect(call.lines).toMatchObject([{ code: 'DEADLINE_EXCEEDED', attempts: 1, ms: 2500 }])
      const other = prepare([rejected({ ...BUSY, message: 'canary' })])
      await failureOf(run(other.call, other.attempt))
      expect(JSON.stringify(other.call.lines)).not.toContain('canary')
    })

    it('of a fault of our own says INTERNAL', async () => {
      const { call, attempt } = prepare([new Error('canary')])
      await expect(run(call, attempt)).rejects.toThrow('canary')
      expect(call.lines).toMatchObject([{ code: 'INTERNAL' }])
      expect(JSON.stringify(call.lines)).not.toContain('canary')
    })
  })
})

/** An attempt that gives or throws these, one after the other. */
function prepare(outcomes: unknown[], options: TestCallOptions = {}) {
  const left = [...outcomes]
  const attempt = jest.fn(async (_: AbortSignal): Promise<unknown> => {
    const outcome = left.shift()
    if (outcome instanceof Error) throw outcome
    return outcome
  })
  return { call: makeCall(options), attempt }
}

function run(call: TestCall, attempt: UpstreamCall<unknown>['attempt'], rest: Partial<UpstreamCall<unknown>> = {}) {
  return callUpstream({ provider: 'wechat', action: 'getThings', attempt, ...rest }, call)
}

/** Heeds the signal as a socket does: it fails in its own way. */
function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))
}
