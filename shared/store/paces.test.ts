import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import fc from 'fast-check'
import * as v from 'valibot'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { makeCall, SDK_VARIABLES } from '../../tests/support/call'
import { type FakeClock, fakeClock, NOON } from '../../tests/support/clock'
import { failureOf } from '../../tests/support/failure'
import type { Paces } from '../call'
import { openCollection } from './collection'
import { type Reservations, sharedPaces } from './paces'

jest.mock('wx-server-sdk', () => mockCloud.sdk)

const KEY = 'account/api'
const HOURS = 3_600_000
const forever = new AbortController().signal

/** An instance of a function: reservations of its own, and an invocation that has time. */
function newInstance(clock: FakeClock, budgetMs = 24 * HOURS) {
  const reservations: Reservations = new Map()
  const call = makeCall({ variables: SDK_VARIABLES, clock, budgetMs })
  return { call, reservations, paces: sharedPaces(call, reservations) }
}

/** Takes this many turns, so many at a time; each then keeps its caller busy for a while. When each was granted. */
async function takeTurns(
  paces: Paces,
  {
    clock,
    turns,
    atATime = 8,
    perSecond,
    busyMs = () => 0,
    signal = forever,
  }: {
    clock: FakeClock
    turns: number
    atATime?: number
    perSecond: number
    busyMs?: () => number
    signal?: AbortSignal
  },
): Promise<number[]> {
  const granted: number[] = []
  let left = turns
  const worker = async () => {
    for (; left > 0; ) {
      left -= 1
      await paces.turn(KEY, perSecond, signal)
      granted.push(clock.now())
      await clock.sleep(busyMs())
    }
  }
  await Promise.all(Array.from({ length: atATime }, worker))
  return granted
}

/** The most turns in any window of a second. */
function mostInASecond(granted: readonly number[]): number {
  const sorted = [...granted].sort((a, b) => a - b)
  let most = 0
  for (let first = 0, last = 0; last < sorted.length; last += 1) {
    while ((sorted[last] ?? 0) - (sorted[first] ?? 0) >= 1000) first += 1
    most = Math.max(most, last - first + 1)
  }
  return most
}

const span = (granted: readonly number[]) => Math.max(...granted) - Math.min(...granted)
const nextFree = async () => {
  const paces = openCollection('yl_paces', makeCall({ variables: SDK_VARIABLES }))
  const [pace] = await paces.find(v.object({ nextFree: v.number() }), { where: { _id: KEY } })
  return pace?.nextFree
}

beforeEach(() => mockCloud.reset())

describe('the shared pace', () => {
  it('is never exceeded, by whatever instances, and grants every turn', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.record({ turns: fc.integer({ min: 1, max: 60 }), atATime: fc.integer({ min: 1, max: 12 }) }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.integer({ min: 0, max: 1500 }),
        fc.integer({ min: 0, max: 300 }),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        async (perSecond, workloads, busy, databaseMs, chances) => {
          mockCloud.reset()
          const random = () => chances.next().value ?? 0
          const clock = fakeClock({ random })
          mockCloud.store.answerAfter(() => clock.sleep(random() * databaseMs))
          const busyMs = () => random() * busy
          const work = Promise.all(
            workloads.map(async workload => {
              const { paces } = newInstance(clock)
              await clock.sleep(random() * 3000)
              return takeTurns(paces, { clock, perSecond, busyMs, ...workload })
            }),
          )
          const granted = (await clock.finish(work)).flat()
          expect(granted).toHaveLength(workloads.reduce((sum, { turns }) => sum + turns, 0))
          expect(mostInASecond(granted)).toBeLessThanOrEqual(perSecond * 1.2 + 1)
        },
      ),
      { numRuns: 150 },
    )
  }, 60_000)

  it.each([
    { perSecond: 15, databaseMs: 0 },
    { perSecond: 15, databaseMs: 30 },
    { perSecond: 100, databaseMs: 10 },
  ])('one instance uses it up, and writes seldom: %p', async ({ perSecond, databaseMs }) => {
    const clock = fakeClock()
    mockCloud.store.answerAfter(() => clock.sleep(databaseMs))
    const { paces, call } = newInstance(clock)
    const granted = await clock.finish(takeTurns(paces, { clock, turns: 1000, perSecond, busyMs: () => 20 }))
    expect((999 * 1000) / span(granted)).toBeGreaterThanOrEqual(perSecond * 0.9)
    expect(call.tally.databaseWrites).toBeLessThanOrEqual(60)
    expect(call.tally.databaseReads).toBe(1)
  })

  it.each([{ perSecond: 15 }, { perSecond: 3 }])('five instances use it up together: %p', async ({ perSecond }) => {
    const seconds = 40
    const clock = fakeClock({ random: Math.random })
    mockCloud.store.answerAfter(() => clock.sleep(10))
    const end = new AbortController()
    const granted: number[] = []
    const instances = Array.from({ length: 5 }, () => newInstance(clock))
    const work = instances.flatMap(({ paces }) =>
      Array.from({ length: 8 }, async () => {
        for (;;) {
          await paces.turn(KEY, perSecond, end.signal)
          granted.push(clock.now())
          await clock.sleep(50)
        }
      }),
    )
    const settled = Promise.allSettled(work)
    await clock.advance(seconds * 1000)
    end.abort()
    await clock.finish(settled)
    expect(granted.length).toBeGreaterThanOrEqual(perSecond * seconds * 0.8)
    expect(mostInASecond(granted)).toBeLessThanOrEqual(perSecond * 1.2 + 1)
  })

  it('a chain of ten calls costs one write and one read, once the collection is there', async () => {
    mockCloud.store.create('yl_paces', [{ _id: KEY, nextFree: NOON - HOURS }])
    const clock = fakeClock()
    const { paces, call } = newInstance(clock)
    await clock.finish(takeTurns(paces, { clock, turns: 10, atATime: 1, perSecond: 15, busyMs: () => 60 }))
    expect(call.tally).toEqual({ upstreamCalls: 0, databaseReads: 1, databaseWrites: 1 })
  })

  it('asks the database once for all who wait at the same time', async () => {
    mockCloud.store.create('yl_paces')
    const clock = fakeClock()
    const { call, reservations } = newInstance(clock)
    const paces = [call, makeCall({ variables: SDK_VARIABLES, clock })].map(one => sharedPaces(one, reservations))
    const turns = Array.from({ length: 30 }, (_, n) => paces[n % 2]?.turn(KEY, 15, forever))
    await clock.finish(Promise.all(turns))
    expect(mockCloud.store.requests).toEqual(['collection.get', 'collection.add'])
  })

  it.each([300, 2000])(
    'is kept with a database that takes %p ms: no block is past before it is known',
    async databaseMs => {
      mockCloud.store.create('yl_paces')
      const clock = fakeClock()
      mockCloud.store.answerAfter(() => clock.sleep(databaseMs))
      const { paces, call } = newInstance(clock, 60_000)
      const granted = await clock.finish(takeTurns(paces, { clock, turns: 20, perSecond: 1000 }))
      expect(granted).toHaveLength(20)
      expect(clock.now() - NOON).toBeLessThan(databaseMs * 8)
      expect(call.tally.databaseWrites).toBeLessThanOrEqual(5)
    },
  )

  it('keeps accounts apart', async () => {
    const clock = fakeClock()
    const { paces } = newInstance(clock)
    await clock.finish(Promise.all(['a', 'b', 'c'].map(key => paces.turn(key, 1, forever))))
    expect(clock.now()).toBe(NOON)
  })

  it('goes on with what the instance holds in its next invocation', async () => {
    const clock = fakeClock()
    const { paces, reservations } = newInstance(clock)
    await clock.finish(paces.turn(KEY, 15, forever))
    const next = makeCall({ variables: SDK_VARIABLES, clock })
    await clock.finish(sharedPaces(next, reservations).turn(KEY, 15, forever))
    expect(next.tally).toEqual({ upstreamCalls: 0, databaseReads: 0, databaseWrites: 0 })
  })
})

describe('whoever waits for a turn', () => {
  it('rejects with the reason of the signal, while waiting for the slot or for the database; the slot is not lost', async () => {
    const clock = fakeClock()
    const { paces, reservations } = newInstance(clock)
    await clock.finish(paces.turn(KEY, 1, forever))
    for (const databaseMs of [0, 50]) {
      mockCloud.store.answerAfter(() => clock.sleep(databaseMs))
      const impatient = new AbortController()
      const turn = paces.turn(KEY, 1, impatient.signal)
      const reason = new Error('enough')
      const rejected = expect(turn).rejects.toBe(reason)
      await clock.advance(10)
      impatient.abort(reason)
      await rejected
    }
    await clock.advance(100)
    await clock.finish(paces.turn(KEY, 1, forever))
    expect(clock.now()).toBe(NOON + 1000)
    expect(reservations.size).toBe(1)
    await expect(paces.turn(KEY, 1, AbortSignal.abort(new Error('before')))).rejects.toThrow('before')
  })

  it('does not fail because the invocation that asks the database for all has ended', async () => {
    const clock = fakeClock()
    const { call: ending, paces: first, reservations } = newInstance(clock, 1000)
    let isHanging = true
    mockCloud.store.answerAfter(() => (isHanging ? new Promise(() => {}) : Promise.resolve()))
    const failure = failureOf(first.turn(KEY, 15, ending.deadline.signal))
    const second = makeCall({ variables: SDK_VARIABLES, clock })
    const turn = sharedPaces(second, reservations).turn(KEY, 15, second.deadline.signal)
    await clock.advance(10)
    isHanging = false
    await clock.advance(ending.deadline.remaining())
    expect((await failure).code).toBe('DEADLINE_EXCEEDED')
    await turn
    expect(second.tally.databaseReads).toBe(1)
  })

  it('reserves nothing beyond its deadline: others may be in time for it', async () => {
    mockCloud.store.create('yl_paces', [{ _id: KEY, nextFree: NOON + 2500 }])
    const clock = fakeClock()
    const { paces, call } = newInstance(clock, 3000)
    const error = await clock.finish(failureOf(paces.turn(KEY, 15, call.deadline.signal)))
    expect(error.code).toBe('DEADLINE_EXCEEDED')
    expect(call.tally).toMatchObject({ databaseReads: 1, databaseWrites: 0 })

    mockCloud.reset()
    mockCloud.store.create('yl_paces', [{ _id: KEY, nextFree: NOON + 2000 }])
    const soon = fakeClock()
    const punctual = newInstance(soon, 3000)
    await soon.finish(punctual.paces.turn(KEY, 10, punctual.call.deadline.signal))
    expect(soon.now()).toBe(NOON + 2000)
    expect(await nextFree()).toBe(NOON + 2500)
  })

  it('gets a turn soon after the instance was frozen while it reserved a block', async () => {
    mockCloud.store.create('yl_paces')
    const clock = fakeClock()
    let frozenMs = 0
    mockCloud.store.answerAfter(async () => {
      if (mockCloud.store.requests.length === 1) frozenMs = HOURS
    })
    const { paces, call } = newInstance({ ...clock, now: () => clock.now() + frozenMs }, HOURS + 10_000)
    await clock.finish(paces.turn(KEY, 15, call.deadline.signal))
    expect(frozenMs).toBe(HOURS)
    expect(call.deadline.remaining()).toBeGreaterThan(0)
  })

  it.each([-502001, -501001])('is told when the database fails (%p), and asked nothing unpaced', async code => {
    const clock = fakeClock()
    const { paces } = newInstance(clock)
    mockCloud.store.fail(code)
    const failures = await Promise.all([1, 2, 3].map(() => failureOf(paces.turn(KEY, 15, forever))))
    expect(failures.map(error => error.code)).toEqual(Array(3).fill('UPSTREAM_UNAVAILABLE'))
    expect(mockCloud.store.requests).toHaveLength(1)
  })

  it('is told of a document that is unusable', async () => {
    mockCloud.store.create('yl_paces', [{ _id: KEY, nextFree: 'soon' }])
    const error = await failureOf(newInstance(fakeClock()).paces.turn(KEY, 15, forever))
    expect(error).toMatchObject({ code: 'INTERNAL', message: expect.stringContaining(`yl_paces/${KEY}: nextFree`) })
  })

  it('takes a new slot when its own is long past: a frozen instance does not burst', async () => {
    const clock = fakeClock()
    let frozenMs = 0
    const { paces, call } = newInstance({ ...clock, now: () => clock.now() + frozenMs })
    const turns = Promise.all(Array.from({ length: 10 }, () => paces.turn(KEY, 10, forever)))
    await clock.advance(0)
    const before = call.tally.databaseWrites
    frozenMs = 60_000
    await clock.finish(turns)
    expect(call.tally.databaseWrites).toBeGreaterThan(before)
    expect(await nextFree()).toBeGreaterThan(NOON + frozenMs)
  })
})

describe('a clock that was wrong', () => {
  it.each([61_000, HOURS, 1e15])('a free slot %p ms ahead is not believed: nobody waits for it', async ahead => {
    mockCloud.store.create('yl_paces', [{ _id: KEY, nextFree: NOON + ahead }])
    const clock = fakeClock()
    const { paces } = newInstance(clock)
    const granted = await clock.finish(takeTurns(paces, { clock, turns: 50, perSecond: 10 }))
    expect(span(granted)).toBeLessThanOrEqual(5000)
    expect(mostInASecond(granted)).toBeLessThanOrEqual(13)
    expect(await nextFree()).toBeLessThan(NOON + 10_000)
  })

  it('set back by an hour, does not make the slots that are held stall anyone', async () => {
    const ahead = fakeClock({ now: NOON + HOURS })
    const { paces, reservations } = newInstance(ahead)
    await ahead.finish(paces.turn(KEY, 10, forever))
    const right = fakeClock()
    const call = makeCall({ variables: SDK_VARIABLES, clock: right })
    await right.finish(sharedPaces(call, reservations).turn(KEY, 10, forever))
    expect(right.now()).toBe(NOON)
  })

  it('a pace that is booked far ahead is waited for, not overrun', async () => {
    mockCloud.store.create('yl_paces', [{ _id: KEY, nextFree: NOON + 50_000 }])
    const clock = fakeClock()
    const { paces, call } = newInstance(clock)
    await clock.finish(paces.turn(KEY, 10, forever))
    expect(clock.now()).toBe(NOON + 50_000)
    expect(call.tally).toMatchObject({ databaseReads: 2, databaseWrites: 1 })
  })
})
