import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { makeCall, SDK_VARIABLES } from '../../tests/support/call'
import { type FakeClock, fakeClock } from '../../tests/support/clock'
import { failureOf } from '../../tests/support/failure'
import { MAIN, reading, START, TEN_MINUTES, TODAY, unavailable, World } from './testing'

jest.mock('wx-server-sdk', () => mockCloud.sdk)
// Not an import: that would come before the mock.
jest.mock('../provider/source', () => jest.requireActual<typeof import('./testing')>('./testing').scriptedSources)
const { refreshMeter, sweep } = require('.') as typeof import('.')

describe('refreshMeter', () => {
  let clock: FakeClock
  let world: World
  beforeEach(async () => {
    mockCloud.reset()
    clock = fakeClock({ now: START })
    const makeOne = (budgetMs: number) => makeCall({ variables: SDK_VARIABLES, clock, budgetMs })
    world = new World({ store: mockCloud.store, clock, sweep, makeCall: makeOne })
    world.main.readings = ['a', 'b'].map(key => reading(key, '100', { kind: 'allowance', limit: '100' }))
    world.main.memory = { alias: 'x' }
    await world.sweep()
    await clock.advance(60_000)
  })
  afterEach(() => world.heal())

  const refresh = async (id = `${MAIN}/a`) => {
    const call = makeCall({ variables: SDK_VARIABLES, clock })
    try {
      return await clock.finish(refreshMeter(id, call))
    } finally {
      call.deadline.release()
    }
  }
  const requestsOf = async (work: () => Promise<unknown>) => {
    const before = world.main.requests
    await work()
    return world.main.requests - before
  }

  it('records what it reads as a sweep does', async () => {
    world.main.set({ a: '4' })
    const at = clock.now()
    expect(await refresh()).toEqual({ refreshed: true })
    expect(world.meter('a')).toMatchObject({
      value: '4',
      level: 'critical',
      rank: 1,
      order: 40,
      at,
      recent: [
        [START, '100'],
        [at, '4'],
      ],
      refreshedAt: at,
    })
    expect(world.day('a')).toMatchObject({
      points: [
        [START, '100'],
        [at, '4'],
      ],
      consumed: '96',
      count: 2,
    })
    expect(world.meter('b').refreshedAt).toBe(0)
    expect(world.main.told.at(-1)).toEqual({ from: undefined, memory: { alias: 'x' } })
    expect(await world.sweepAfter(TEN_MINUTES)).toMatchObject({ changed: 0, databaseWrites: 3 })
  })

  it('records no point for the value that was known', async () => {
    await refresh()
    expect(world.day('a').points).toHaveLength(1)
    expect(world.meter('a')).toMatchObject({ version: 1, refreshedAt: clock.now() })
  })

  it('reads a meter once in 30 s', async () => {
    expect(await requestsOf(refresh)).toBe(1)
    await clock.advance(29_999)
    expect(await refresh()).toEqual({ refreshed: false })
    expect(await requestsOf(() => refresh(`${MAIN}/b`))).toBe(1)
    await clock.advance(1)
    expect(await refresh()).toEqual({ refreshed: true })
  })

  it('reads a meter once for all who ask at the same time', async () => {
    mockCloud.store.answerAfter(() => clock.sleep(10))
    world.main.stepMs = 200
    const asked = () =>
      Promise.all(
        Array.from({ length: 8 }, () =>
          refreshMeter(`${MAIN}/a`, makeCall({ variables: SDK_VARIABLES, clock, budgetMs: 9000 })),
        ),
      )
    let answers: { refreshed: boolean }[] = []
    expect(
      await requestsOf(async () => {
        answers = await clock.finish(asked())
      }),
    ).toBe(1)
    expect(answers.filter(({ refreshed }) => refreshed)).toHaveLength(1)
  })

  it('is NOT_FOUND for a meter that nobody knows, and asks no upstream', async () => {
    expect(
      await requestsOf(async () => expect((await failureOf(refresh('env-codeAudit/z'))).code).toBe('NOT_FOUND')),
    ).toBe(0)
  })

  it('is NOT_FOUND for a meter whose connection is gone', async () => {
    world.insert('yl_meters', { ...world.meter('a'), _id: 'gone/a', connection: 'gone' })
    expect((await failureOf(refresh('gone/a'))).code).toBe('NOT_FOUND')
  })

  it('is NOT_FOUND for a meter that the upstream no longer names, which keeps its value', async () => {
    world.main.readings = world.main.readings.slice(1)
    expect((await failureOf(refresh())).code).toBe('NOT_FOUND')
    expect(world.meter('a')).toMatchObject({ value: '100', standing: 'current' })
  })

  it('fails with the error of the upstream, changes nothing, and may be asked for again at once', async () => {
    const before = world.meter('a')
    world.main.failure = { at: 0, error: unavailable() }
    expect((await failureOf(refresh())).code).toBe('UPSTREAM_UNAVAILABLE')
    expect(world.meter('a')).toEqual(before)
    expect(world.connection().failures).toBe(0)
  })

  it('moves the meter from one count to another', async () => {
    world.main.set({ a: '0' })
    await refresh()
    expect(world.connection().counts).toEqual({ ok: 1, exhausted: 1 })
    world.main.set({ b: '0' })
    await refresh(`${MAIN}/b`)
    expect(world.connection().counts).toEqual({ ok: 0, exhausted: 2 })
  })

  it('never makes a count negative', async () => {
    world.patch('yl_connections', { _id: MAIN }, { 'counts.ok': 0 })
    world.main.set({ a: '0' })
    await refresh()
    expect(world.connection().counts).toEqual({ ok: 0 })
    world.patch('yl_connections', { _id: MAIN }, { counts: {} })
    world.main.set({ b: '0' })
    await refresh(`${MAIN}/b`)
    expect(world.connection().counts).toEqual({})
  })

  it('makes a failing meter current', async () => {
    world.patch('yl_meters', { key: 'a' }, { standing: 'failing', rank: 3 })
    world.patch('yl_connections', { _id: MAIN }, { counts: { failing: 2 } })
    await refresh()
    expect(world.meter('a')).toMatchObject({ standing: 'current', level: 'ok', rank: 6 })
    expect(world.connection().counts).toEqual({ failing: 1, ok: 1 })
  })

  it('takes a meter that had gone as found', async () => {
    world.patch('yl_meters', { key: 'a' }, { missingSince: START, standing: 'no-data', level: null, rank: 5 })
    await refresh()
    expect(world.meter('a')).toMatchObject({ missingSince: null, standing: 'current', level: 'ok' })
  })

  describe('that is cut off between history and meter', () => {
    const cutOff = async (value: string) => {
      world.main.set({ a: value })
      // The meter, its connection, the claim, the meter, its days, the point; then nothing more.
      world.fault(index => (index >= 6 ? 'fails' : undefined))
      await failureOf(refresh())
      world.heal()
      expect([world.meter('a').value, world.day('a').close]).toEqual(['100', value])
    }
    const mended = (value: string, points: string[]) => {
      expect(world.day('a').points?.map(([, one]) => one)).toEqual(points)
      const { at, close } = world.day('a')
      expect(world.meter('a')).toMatchObject({ value, at, day: TODAY })
      expect(close).toBe(value)
    }
    const byRefresh = async () => {
      await clock.advance(30_000)
      await refresh()
    }
    const bySweep = () => world.sweepAfter(TEN_MINUTES)

    it.each([
      ['refresh', byRefresh],
      ['sweep', bySweep],
    ])('is mended by the next %s', async (_, mend) => {
      await cutOff('60')
      await mend()
      mended('60', ['100', '60'])
    })

    it.each([
      ['refresh', byRefresh],
      ['sweep', bySweep],
    ])('is mended by the next %s, which finds yet another value', async (_, mend) => {
      await cutOff('60')
      world.main.set({ a: '30' })
      await mend()
      mended('30', ['100', '60', '30'])
      expect(world.day('a')).toMatchObject({ consumed: '70', min: '30', count: 3 })
    })

    it.each([
      ['refresh', byRefresh],
      [
        'sweep after a refresh',
        async () => {
          await byRefresh()
          await bySweep()
        },
      ],
    ])('is mended by the next %s, which finds the old value', async (_, mend) => {
      await cutOff('60')
      world.main.set({ a: '100' })
      await mend()
      mended('100', ['100', '60', '100'])
    })
  })

  describe('during a sweep that has read an older value', () => {
    const top = () => reading('a', '100')
    beforeEach(async () => {
      world.main.readings = [top(), reading('b', '1')]
      await world.sweepAfter(TEN_MINUTES)
      await clock.advance(TEN_MINUTES)
    })
    const nothingOlder = () => {
      expect(world.day('a').points?.map(([, value]) => value)).toEqual(['100', '600'])
      expect(world.day('a')).toMatchObject({ consumed: '0', added: '500', close: '600', count: 2 })
      expect(world.meter('a')).toMatchObject({ value: '600', at: world.day('a').at, standing: 'current' })
    }

    it('stays the last word, where the sweep records after it', async () => {
      world.main.perStep = 1
      world.main.stepMs = 400
      const swept = world.begin()
      await clock.advance(500)
      world.main.set({ a: '600' })
      await refresh()
      expect(await swept).toMatchObject({ readings: 2, failed: 0 })
      nothingOlder()
    })

    it('stays the last word, where it overtakes the sweep between two writes', async () => {
      world.main.set({ a: '300' })
      let request = 0
      mockCloud.store.answerAfter(async () => {
        // Due, take, the meters; then the day.
        if (++request !== 4) return
        world.main.set({ a: '600' })
        await clock.advance(5)
        await refresh()
      })
      expect(await world.begin()).toMatchObject({ failed: 0 })
      nothingOlder()
    })
  })

  it('that has failed may be asked for again at once', async () => {
    world.main.failure = { at: 0, error: unavailable() }
    expect((await failureOf(refresh())).code).toBe('UPSTREAM_UNAVAILABLE')
    world.main.failure = undefined
    world.main.set({ a: '4' })
    expect(await refresh()).toEqual({ refreshed: true })
    expect(world.meter('a').value).toBe('4')
  })

  it('is NOT_APPLICABLE on a connection that is switched off, and asks no upstream', async () => {
    world.patch('yl_connections', { _id: MAIN }, { enabled: false })
    const before = world.meter('a')
    expect(await requestsOf(async () => expect((await failureOf(refresh())).code).toBe('NOT_APPLICABLE'))).toBe(0)
    expect(world.meter('a')).toEqual(before)
  })

  it('and a sweep at the same time record each value once', async () => {
    world.main.set({ a: '60' })
    await clock.advance(TEN_MINUTES)
    mockCloud.store.answerAfter(() => clock.sleep(5))
    const call = makeCall({ variables: SDK_VARIABLES, clock, budgetMs: 9000 })
    await clock.finish(Promise.all([world.begin(undefined, 9000), refreshMeter(`${MAIN}/a`, call)]))
    mockCloud.store.answerAfter(async () => {})
    expect(world.day('a').points?.map(([, value]) => value)).toEqual(['100', '60'])
    expect(world.meter('a')).toMatchObject({ value: '60', at: world.day('a').at })
  })
})
