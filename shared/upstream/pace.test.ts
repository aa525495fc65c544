import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { fakeClock, NOON } from '../../tests/support/clock'
import { createPace, type PaceOptions } from './pace'

/** Instants are doubles of 1.8e12: their fractions are exact to about 0.001 ms a turn. */
const TOLERANCE = 0.01

describe('createPace', () => {
  it('lets a burst go at once and spaces out the rest', async () => {
    expect(await turnsOf({ perSecond: 10, burst: 3 }, [0, 0, 0, 0, 0])).toEqual([0, 0, 0, 100, 200])
  })

  it('without a burst spaces out from the first', async () => {
    expect(await turnsOf({ perSecond: 4, burst: 1 }, [0, 0, 0])).toEqual([0, 250, 500])
  })

  it('lets whoever comes slowly go at once', async () => {
    expect(await turnsOf({ perSecond: 10, burst: 1 }, [0, 150, 300])).toEqual([0, 150, 300])
  })

  it('gives the burst back after a rest, but never more than that', async () => {
    const after = 60_000
    const arrivals = [0, 0, after, after, after, after]
    expect(await turnsOf({ perSecond: 10, burst: 2 }, arrivals)).toEqual([0, 0, after, after, after + 100, after + 200])
  })

  it('never has more than perSecond + burst turns in any second, and keeps their order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ perSecond: fc.integer({ min: 1, max: 30 }), burst: fc.integer({ min: 1, max: 8 }) }),
        fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 80 }),
        async (options, gaps) => {
          const turns = await turnsOf(options, timesFrom(gaps))
          expect(mostInASecond(turns)).toBeLessThanOrEqual(options.perSecond + options.burst)
          expect(turns).toEqual([...turns].sort((a, b) => a - b))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('never makes a turn wait longer than the calls before it need', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ perSecond: fc.integer({ min: 1, max: 30 }), burst: fc.integer({ min: 1, max: 8 }) }),
        fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 60 }),
        async (options, gaps) => {
          const arrivals = timesFrom(gaps)
          const turns = await turnsOf(options, arrivals)
          const interval = 1000 / options.perSecond
          turns.forEach((turn, index) => {
            // A wait is only ever the interval after the turn before.
            const previous = turns[index - 1] ?? Number.NEGATIVE_INFINITY
            const arrival = arrivals[index] ?? 0
            expect(turn).toBeLessThanOrEqual(Math.max(arrival, previous + interval) + TOLERANCE)
          })
        },
      ),
      { numRuns: 60 },
    )
  })

  it.each([1, 7, 15, 20, 100])('reaches %p turns per second in the long run', async perSecond => {
    const count = perSecond * 10 + 1
    const turns = await turnsOf({ perSecond, burst: 1 }, Array(count).fill(0))
    expect(turns.at(-1)).toBeCloseTo(10_000, 0)
  })

  it('gives the turns of an aborted invocation back: the next waits no longer for them', async () => {
    const clock = fakeClock()
    const pace = createPace({ perSecond: 10, burst: 1 })
    const controller = new AbortController()
    const reason = new Error('deadline')
    await pace.turn(clock, never())
    const waiting = [1, 2, 3, 4].map(() => pace.turn(clock, controller.signal))
    controller.abort(reason)
    for (const turn of waiting) await expect(turn).rejects.toBe(reason)
    const next = pace.turn(clock, never())
    await clock.advance(100)
    await next
    expect(clock.now() - NOON).toBe(100)
    expect(clock.sleeping).toBe(0)
  })

  it('rejects with the reason of a signal that was aborted before, when it would have to wait', async () => {
    const clock = fakeClock()
    const pace = createPace({ perSecond: 10, burst: 1 })
    await pace.turn(clock, never())
    await expect(pace.turn(clock, AbortSignal.abort('late'))).rejects.toBe('late')
  })
})

function never(): AbortSignal {
  return new AbortController().signal
}

/** When each of these arrivals (ms from the start) gets its turn. */
async function turnsOf(options: PaceOptions, arrivals: number[]): Promise<number[]> {
  const clock = fakeClock()
  const pace = createPace(options)
  const turns: Promise<number>[] = []
  for (const arrival of arrivals) {
    const ahead = NOON + arrival - clock.now()
    if (ahead > 0) await clock.advance(ahead)
    turns.push(pace.turn(clock, never()).then(() => clock.now() - NOON))
  }
  await clock.finish(Promise.all(turns))
  return Promise.all(turns)
}

function timesFrom(gaps: number[]): number[] {
  let time = 0
  return gaps.map(gap => (time += gap))
}

function mostInASecond(turns: number[]): number {
  return Math.max(...turns.map(start => turns.filter(turn => turn >= start && turn < start + 1000).length))
}
