import { getMaxListeners } from 'node:events'
import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { type FakeClock, fakeClock } from '../../tests/support/clock'
import { failureOf } from '../../tests/support/failure'
import { budgetOf, type Deadline, endingBefore, startDeadline } from './deadline'

describe('budgetOf', () => {
  it.each<[string, unknown, number]>([
    ['what getRemainingTimeInMillis says', { getRemainingTimeInMillis: () => 1234, time_limit_in_ms: 9000 }, 1234],
    ['time_limit_in_ms without that function', { time_limit_in_ms: 9000 }, 9000],
    ['time_limit_in_ms when the function says nothing usable', deaf(Number.NaN), 9000],
    ['time_limit_in_ms when nothing remains', deaf(0), 9000],
    ['time_limit_in_ms when the function gives text', deaf('5000'), 9000],
    ["WeChat's default without a context", undefined, 3000],
    ["WeChat's default for a null context", null, 3000],
    ["WeChat's default for an empty context", {}, 3000],
    ["WeChat's default for a limit that is no number", { time_limit_in_ms: '9000' }, 3000],
    ["WeChat's default for a negative limit", { time_limit_in_ms: -1 }, 3000],
    ["WeChat's default for an infinite limit", { time_limit_in_ms: Number.POSITIVE_INFINITY }, 3000],
  ])('is %s', (_, context, expected) => {
    expect(budgetOf(context)).toBe(expected)
  })

  it('calls getRemainingTimeInMillis on its context', () => {
    const context = {
      left: 777,
      getRemainingTimeInMillis() {
        return this.left
      },
    }
    expect(budgetOf(context)).toBe(777)
  })

  function deaf(remaining: unknown) {
    return { getRemainingTimeInMillis: () => remaining, time_limit_in_ms: 9000 }
  }
})

describe('startDeadline', () => {
  it('keeps 500 ms back from the budget', async () => {
    const { clock, deadline } = start(3000)
    await clock.advance(2499)
    expect(deadline.signal.aborted).toBe(false)
    expect(deadline.remaining()).toBe(1)
    await clock.advance(1)
    expect(deadline.signal.aborted).toBe(true)
    expect(deadline.remaining()).toBe(0)
  })

  it('keeps back a fifth of a budget under two and a half seconds', async () => {
    const { clock, deadline } = start(1000)
    expect(deadline.remaining()).toBe(800)
    await clock.advance(800)
    expect(deadline.signal.aborted).toBe(true)
  })

  it('never has less than nothing remaining', async () => {
    const { clock, deadline } = start(1000)
    await clock.advance(60_000)
    expect(deadline.remaining()).toBe(0)
  })

  it('aborts with DEADLINE_EXCEEDED as the reason, retryable', async () => {
    const { clock, deadline } = start(1000)
    await clock.advance(800)
    expect(deadline.signal.reason).toMatchObject({ name: 'CallError', code: 'DEADLINE_EXCEEDED', retryable: true })
  })

  it('takes any number of listeners without a warning of a leak', () => {
    const { deadline } = start(1000)
    expect(getMaxListeners(deadline.signal)).toBe(Number.POSITIVE_INFINITY)
  })

  it('ends its timer when released, and what is still under way', async () => {
    const { clock, deadline } = start(1000)
    expect(clock.sleeping).toBe(1)
    deadline.release()
    expect(clock.sleeping).toBe(0)
    expect(deadline.signal.aborted).toBe(true)
    expect(deadline.signal.reason).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  })
})

describe('race', () => {
  it("gives the work's result, and its own error", async () => {
    const { deadline } = start(1000)
    await expect(deadline.race(Promise.resolve('done'))).resolves.toBe('done')
    const error = new Error('own')
    await expect(deadline.race(Promise.reject(error))).rejects.toBe(error)
  })

  it('rejects with DEADLINE_EXCEEDED when time is up first', async () => {
    const { clock, deadline } = start(1000)
    const failure = failureOf(deadline.race(new Promise(() => {})))
    await clock.advance(800)
    expect((await failure).code).toBe('DEADLINE_EXCEEDED')
  })

  it('rejects at once when time was up before', async () => {
    const { clock, deadline } = start(1000)
    await clock.advance(800)
    expect((await failureOf(deadline.race(new Promise(() => {})))).code).toBe('DEADLINE_EXCEEDED')
  })

  it('lets the result stand when time runs out afterwards, and stops listening', async () => {
    const { clock, deadline } = start(1000)
    const removed = jest.spyOn(deadline.signal, 'removeEventListener')
    const work = deadline.race(Promise.resolve(1))
    await clock.advance(800)
    await expect(work).resolves.toBe(1)
    expect(removed).toHaveBeenCalledTimes(1)
  })

  it('leaves no unhandled rejection when the work fails after the deadline', async () => {
    // Jest fails a test during which a rejection goes unhandled.
    const { clock, deadline } = start(1000)
    let fail: (error: Error) => void = () => {}
    const failure = failureOf(deadline.race(new Promise((_, reject) => (fail = reject))))
    await clock.advance(800)
    fail(new Error('late'))
    await clock.advance(1)
    expect((await failure).code).toBe('DEADLINE_EXCEEDED')
  })
})

describe('endingBefore', () => {
  it('ends so much earlier than the other, which goes on', async () => {
    const { clock, deadline } = start(3000)
    const early = endingBefore(deadline, 700, clock)
    expect(early.remaining()).toBe(1800)
    await clock.advance(1799)
    expect([early.signal.aborted, early.remaining()]).toEqual([false, 1])
    await clock.advance(1)
    expect(early.signal.reason).toMatchObject({ code: 'DEADLINE_EXCEEDED' })
    expect([early.remaining(), deadline.signal.aborted, deadline.remaining()]).toEqual([0, false, 700])
    await expect(deadline.race(Promise.resolve('saved'))).resolves.toBe('saved')
  })

  it('cuts off its own work only', async () => {
    const { clock, deadline } = start(3000)
    const early = endingBefore(deadline, 700, clock)
    const failure = failureOf(early.race(new Promise(() => {})))
    await clock.advance(1800)
    expect((await failure).code).toBe('DEADLINE_EXCEEDED')
    await expect(early.race(Promise.reject(new Error('late')))).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' })
  })

  it('has no time at all when there was less left than it keeps back', async () => {
    const { clock, deadline } = start(1000)
    const early = endingBefore(deadline, 800, clock)
    expect(early.remaining()).toBe(0)
    await clock.advance(0)
    expect([early.signal.aborted, deadline.signal.aborted]).toEqual([true, false])
  })

  it('ends with the other, for its reason', async () => {
    const { clock, deadline } = start(3000)
    const early = endingBefore(deadline, 100, clock)
    deadline.release()
    expect(early.signal.aborted).toBe(true)
    expect(early.signal.reason).toBe(deadline.signal.reason)
  })

  it('of one that has ended has ended', async () => {
    const { clock, deadline } = start(1000)
    await clock.advance(800)
    const early = endingBefore(deadline, 0, clock)
    expect(early.signal.reason).toBe(deadline.signal.reason)
    early.release()
  })

  it('leaves nothing behind once it is released, and the other as it was', () => {
    const { clock, deadline } = start(3000)
    const added = jest.spyOn(deadline.signal, 'addEventListener')
    const removed = jest.spyOn(deadline.signal, 'removeEventListener')
    const early = endingBefore(deadline, 700, clock)
    early.release()
    expect(clock.sleeping).toBe(1)
    expect([early.signal.aborted, deadline.signal.aborted]).toEqual([true, false])
    expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(added.mock.calls.map(([, listener]) => listener))
  })

  it('lets any number listen without a warning', () => {
    const { clock, deadline } = start(3000)
    expect(getMaxListeners(endingBefore(deadline, 700, clock).signal)).toBe(Number.POSITIVE_INFINITY)
  })
})

const started: Deadline[] = []
afterEach(() => {
  for (const deadline of started.splice(0)) deadline.release()
})

function start(budgetMs: number): { clock: FakeClock; deadline: Deadline } {
  const clock = fakeClock()
  const deadline = startDeadline(budgetMs, clock)
  started.push(deadline)
  return { clock, deadline }
}
