import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import fc from 'fast-check'
import { mockCloud } from '../../../tests/mocks/wxServerSdk'
import { makeCall, SDK_VARIABLES } from '../../../tests/support/call'
import { type FakeClock, fakeClock } from '../../../tests/support/clock'
import type { Reading } from '../../meter/reading'
import type { Meter } from '../../store/meters'
import { DAY_MS, MAIN, reading, START, TEN_MINUTES, TODAY, TOMORROW, unavailable, World } from '../testing'

jest.mock('wx-server-sdk', () => mockCloud.sdk)
// Not an import: that would come before the mock.
jest.mock('../../provider/source', () => jest.requireActual<typeof import('../testing')>('../testing').scriptedSources)
const { refreshMeter, sweep } = require('..') as typeof import('..')

describe('recording', () => {
  let clock: FakeClock
  let world: World
  beforeEach(open)
  function open() {
    mockCloud.reset()
    clock = fakeClock({ now: START })
    const variables = SDK_VARIABLES
    world = new World({
      store: mockCloud.store,
      clock,
      sweep,
      makeCall: budgetMs => makeCall({ variables, clock, budgetMs }),
    })
    world.main.readings = [reading('a', '100'), reading('b', '50')]
  }

  const next = () => world.sweepAfter(TEN_MINUTES)
  const points = (key: string, day = TODAY) => world.day(key, day).points

  it('of a new meter: its document and a day that begins with its value', async () => {
    world.main.readings = [reading('a', '100', { limit: '400', resetsAt: START + DAY_MS, period: '202611' })]
    expect(await world.sweep()).toMatchObject({ readings: 1, changed: 1, failed: 0, degraded: [] })
    expect(world.meter('a')).toEqual({
      _id: `${MAIN}/a`,
      connection: MAIN,
      provider: 'codeAudit',
      key: 'a',
      title: { zh: 'a', en: 'a' },
      kind: 'balance',
      unit: 'waybills',
      value: '100',
      limit: '400',
      full: '100',
      period: '202611',
      resetsAt: START + DAY_MS,
      returned: null,
      at: START,
      day: TODAY,
      today: null,
      standing: 'current',
      level: 'ok',
      rank: 6,
      order: 1000,
      missingSince: null,
      recent: [[START, '100']],
      seen: expect.stringContaining('run-1'),
      createdAt: START,
      refreshedAt: 0,
      version: 1,
    })
    expect(world.history('a')).toEqual([
      expect.objectContaining({ day: TODAY, points: [[START, '100']], at: START, period: '202611', consumed: '0' }),
    ])
    expect(world.connection()).toMatchObject({ holder: null, round: null, meters: 1, counts: { ok: 1 }, failures: 0 })
  })

  it('of a new meter without data: no point, and one as soon as there is a value', async () => {
    world.main.readings = [reading('a', null)]
    await world.sweep()
    expect(world.meter('a')).toMatchObject({ value: null, at: null, standing: 'no-data', recent: [] })
    expect(world.history('a')).toEqual([])
    world.main.readings = [reading('a', '0')]
    await next()
    expect(world.meter('a')).toMatchObject({ value: '0', standing: 'current', level: 'exhausted', rank: 0 })
    expect(points('a')).toEqual([[START + TEN_MINUTES, '0']])
  })

  it('of what has not changed costs nothing, however it is written', async () => {
    await world.sweep()
    const before = [world.all('yl_meters'), world.all('yl_readings')]
    world.main.set({ a: '100.00' })
    expect(await next()).toMatchObject({ readings: 2, changed: 0, databaseReads: 2, databaseWrites: 3 })
    expect([world.all('yl_meters'), world.all('yl_readings')]).toEqual(before)
  })

  it('of a change is exactly one point and one meter', async () => {
    await world.sweep()
    const untouched = world.meter('b')
    world.main.set({ a: '60' })
    expect(await next()).toMatchObject({ changed: 1, databaseReads: 2, databaseWrites: 5 })
    const at = START + TEN_MINUTES
    const summary = { open: '100', close: '60', min: '60', max: '100', consumed: '40', added: '0', count: 2 }
    expect(world.day('a')).toMatchObject({
      points: [
        [START, '100'],
        [at, '60'],
      ],
      at,
      ...summary,
    })
    expect(world.meter('a')).toMatchObject({
      value: '60',
      full: '100',
      at,
      order: 600,
      recent: [
        [START, '100'],
        [at, '60'],
      ],
      today: summary,
      version: 2,
    })
    expect(world.meter('b')).toEqual(untouched)
  })

  it('keeps 24 recent points', async () => {
    await world.sweep()
    for (let value = 99; value > 69; value--) {
      world.main.set({ a: String(value) })
      await next()
    }
    expect(world.meter('a').recent.map(([, value]) => value)).toEqual(
      Array.from({ length: 24 }, (_, i) => String(93 - i)),
    )
    expect(points('a')).toHaveLength(31)
  })

  it('of an unchanged value on a new day is a point there, none of the recent ones', async () => {
    await world.sweep()
    world.main.set({ b: '40' })
    const run = await world.sweepAfter(DAY_MS)
    expect(run).toMatchObject({ changed: 1 })
    const at = START + DAY_MS
    expect(world.day('a', TOMORROW)).toMatchObject({ points: [[at, '100']], open: '100', consumed: '0', count: 1 })
    expect(world.day('b', TOMORROW)).toMatchObject({ points: [[at, '40']], open: '50', consumed: '10', count: 1 })
    expect(world.meter('a')).toMatchObject({ day: TOMORROW, at, today: null, recent: [[START, '100']] })
    await next()
    expect(world.day('a', TOMORROW).count).toBe(1)
    world.main.set({ a: '70' })
    await next()
    const summary = { open: '100', close: '70', min: '70', max: '100', consumed: '30', count: 2 }
    expect(world.day('a', TOMORROW)).toMatchObject(summary)
    expect(world.meter('a')).toMatchObject({
      today: summary,
      recent: [
        [START, '100'],
        [expect.anything(), '70'],
      ],
    })
  })

  it.each([
    ['title', { title: { zh: '新', en: 'new' } }, { title: { zh: '新', en: 'new' } }],
    ['limit', { limit: '50' }, { limit: '50' }],
    ['reset', { resetsAt: START + DAY_MS }, { resetsAt: START + DAY_MS }],
    ['unit', { unit: 'calls' }, { unit: 'calls' }],
  ])('of a changed %s changes the meter without a point', async (_, change, expected) => {
    await world.sweep()
    world.main.readings = [reading('a', '100', change), reading('b', '50')]
    expect(await next()).toMatchObject({ changed: 0, databaseWrites: 4 })
    expect(world.meter('a')).toMatchObject({ ...expected, value: '100', version: 2 })
    expect(points('a')).toEqual([[START, '100']])
  })

  it('of a usage, whose level follows its limit', async () => {
    const used = (value: string, limit: string) => [
      reading('a', value, { kind: 'usage', limit, period: '202611', returned: '0' }),
    ]
    world.main.readings = used('90', '1000')
    await world.sweep()
    expect(world.meter('a')).toMatchObject({ level: 'ok', order: 910 })
    world.main.readings = used('90', '100')
    await next()
    expect(world.meter('a')).toMatchObject({ level: 'low', rank: 2, order: 100 })
    expect(world.connection().counts).toEqual({ low: 1 })
  })

  it('of no data keeps the last value, and its return costs no point', async () => {
    await world.sweep()
    world.main.set({ a: null })
    await next()
    expect(world.meter('a')).toMatchObject({
      value: '100',
      full: '100',
      at: START,
      standing: 'no-data',
      level: null,
      rank: 5,
    })
    expect(world.connection().counts).toEqual({ 'no-data': 1, ok: 1 })
    world.main.set({ a: '100' })
    await next()
    expect(world.meter('a')).toMatchObject({ value: '100', standing: 'current', level: 'ok', rank: 6 })
    expect(points('a')).toEqual([[START, '100']])
  })

  it('of what does not apply is a standing, without value, level or point', async () => {
    world.main.readings = [
      reading('a', null, { standing: 'not-applicable' }),
      reading('b', null, { standing: 'not-granted' }),
    ]
    await world.sweep()
    expect(world.meter('a')).toMatchObject({ standing: 'not-applicable', level: null, value: null, rank: 8 })
    expect(world.meter('b')).toMatchObject({ standing: 'not-granted', rank: 7 })
    expect(world.all('yl_readings')).toEqual([])
    expect(world.connection().counts).toEqual({ 'not-applicable': 1, 'not-granted': 1 })
  })

  it('of a new period is a point even with the same value, and consumes what the new period has used', async () => {
    const allowance = (value: string, period: string) => [
      reading('a', value, { kind: 'allowance', limit: '100', period }),
    ]
    world.main.readings = allowance('30', '202610')
    await world.sweep()
    world.main.readings = allowance('30', '202611')
    await next()
    expect(points('a')).toEqual([
      [START, '30'],
      [START + TEN_MINUTES, '30'],
    ])
    expect(world.day('a')).toMatchObject({ period: '202611', consumed: '70', added: '0' })
    expect(world.meter('a')).toMatchObject({ period: '202611', value: '30' })
  })

  it('of returns alone is a point', async () => {
    const used = (value: string, returned: string) => [
      reading('a', value, { kind: 'usage', period: '202611', returned }),
    ]
    world.main.readings = used('10', '0')
    await world.sweep()
    world.main.readings = used('10', '3')
    await next()
    expect(world.day('a')).toMatchObject({ count: 2, consumed: '3', returned: '3', returnedTotal: '3' })
    expect(world.meter('a')).toMatchObject({ returned: '3', value: '10' })
  })

  it('of a day that begins with a reset keeps what that came to when more is used', async () => {
    const left = (value: string, period: string) => [reading('a', value, { kind: 'allowance', limit: '100', period })]
    world.main.readings = left('40', 'd1')
    await world.sweep()
    world.main.readings = left('40', 'd2')
    await world.sweepAfter(DAY_MS)
    expect(world.day('a', TOMORROW)).toMatchObject({ open: '40', close: '40', consumed: '60', added: '0', count: 1 })
    world.main.readings = left('39', 'd2')
    await next()
    expect(world.day('a', TOMORROW)).toMatchObject({ consumed: '61', added: '0', min: '39', count: 2 })
    expect(world.meter('a').today).toMatchObject({ consumed: '61', count: 2 })
  })

  it('of a day that begins with returns keeps them when more is used', async () => {
    const used = (value: string, returned: string) => [
      reading('a', value, { kind: 'usage', period: '202611', returned }),
    ]
    world.main.readings = used('5', '1')
    await world.sweep()
    world.main.readings = used('5', '3')
    await world.sweepAfter(DAY_MS)
    expect(world.day('a', TOMORROW)).toMatchObject({ consumed: '2', returned: '2', count: 1 })
    world.main.readings = used('6', '3')
    await next()
    expect(world.day('a', TOMORROW)).toMatchObject({ consumed: '3', returned: '2', count: 2 })
  })

  it('of what another writer has put into the day takes over its period and returns, too', async () => {
    const used = (value: string, returned: string, period: string) => [
      reading('a', value, { kind: 'usage', period, returned }),
    ]
    world.main.readings = used('10', '0', 'm1')
    await world.sweep()
    world.main.readings = used('12', '0', 'm1')
    await clock.advance(TEN_MINUTES)
    const at = clock.now() + 5
    const points = [...(world.day('a').points ?? []), [at, '11']]
    const sums = { consumed: '14', added: '0', returned: '3' }
    const theirs = {
      at,
      points,
      close: '11',
      min: '10',
      max: '11',
      period: 'm2',
      returnedTotal: '3',
      count: 2,
      ...sums,
    }
    // Due, take, the meters; then the day.
    world.fault(index => {
      if (index === 3) world.patch('yl_readings', { _id: world.day('a')._id }, theirs)
      return undefined
    })
    await world.sweep()
    world.heal()
    expect(world.meter('a')).toMatchObject({ value: '11', period: 'm2', returned: '3', at })
    world.main.readings = used('11', '3', 'm2')
    expect(await next()).toMatchObject({ changed: 0 })
    expect(world.day('a')).toMatchObject({ ...theirs, consumed: '14' })
  })

  it('of a credit more of which is left than its limit is ok', async () => {
    world.main.readings = [reading('a', '1200.50', { kind: 'credit', unit: 'CNY', limit: '1000.00' })]
    await world.sweep()
    expect(world.meter('a')).toMatchObject({ level: 'ok', order: 1000, value: '1200.50' })
  })

  it('counts by level and standing', async () => {
    const allowance = (key: string, value: string) => reading(key, value, { kind: 'allowance', limit: '100' })
    world.main.readings = [
      ...['0', '-1', '5', '6', '20', '21', '100'].map((value, index) => allowance(`m${index}`, value)),
      reading('x', null),
    ]
    await world.sweep()
    const counts = { exhausted: 2, critical: 1, low: 2, ok: 2, 'no-data': 1 }
    expect(world.connection()).toMatchObject({ counts, meters: 8 })
    expect(await next()).toMatchObject({ changed: 0 })
    expect(world.connection().counts).toEqual(counts)
  })

  describe('of a meter that is gone', () => {
    const without = (key: string) => {
      world.main.readings = world.main.readings.filter(one => one.key !== key)
    }

    it('marks it in a round of its own, at once, and keeps its value', async () => {
      await world.sweep()
      without('a')
      await next()
      expect(world.meter('a').missingSince).toBeNull()
      expect(world.connection()).toMatchObject({ dueAt: clock.now(), markedDay: null })
      await world.sweep()
      expect(world.meter('a')).toMatchObject({
        missingSince: clock.now(),
        standing: 'no-data',
        level: null,
        rank: 5,
        value: '100',
      })
      expect(world.meter('b')).toMatchObject({ missingSince: null, standing: 'current' })
      expect(world.connection()).toMatchObject({ meters: 1, counts: { ok: 1 }, markedDay: TODAY })
      expect(world.history('a')).toHaveLength(1)
      const before = world.all('yl_meters')
      await next()
      expect(world.all('yl_meters')).toEqual(before)
    })

    it('takes the mark away when it is found again, with no point where its value is the same', async () => {
      await world.sweep()
      const { readings } = world.main
      without('a')
      await next()
      await world.sweep()
      world.main.readings = readings
      await next()
      expect(world.meter('a')).toMatchObject({ missingSince: null, standing: 'current', level: 'ok', rank: 6 })
      expect(points('a')).toHaveLength(1)
      expect(world.connection()).toMatchObject({ meters: 2, counts: { ok: 2 } })
    })

    it('is noticed, too, when another one came at the same time', async () => {
      await world.sweep()
      without('a')
      world.main.readings.push(reading('c', '1'))
      await next()
      await world.sweep()
      expect(world.meter('a').missingSince).toBe(clock.now())
      expect(world.meter('c').missingSince).toBeNull()
    })
  })

  it('takes a meter that the upstream names twice as one', async () => {
    world.main.readings = [reading('a', '1'), reading('a', '2'), reading('b', '3')]
    await world.sweep()
    expect(world.connection()).toMatchObject({ meters: 2, counts: { ok: 2 } })
    expect(world.meter('a')).toMatchObject({ value: '2', recent: [[START, '2']] })
  })

  it('of an account without meters completes', async () => {
    world.main.readings = []
    expect(await world.sweep()).toMatchObject({ readings: 0, failed: 0 })
    expect(world.connection()).toMatchObject({ meters: 0, counts: {}, completeAt: START })
  })

  describe('whatever happens to its meters', () => {
    const KEYS = ['a', 'b', 'c', 'd']
    const key = fc.constantFrom(...KEYS)
    const event = fc.oneof(
      fc.record({ what: fc.constant('change'), key, value: fc.constantFrom('0', '3', '15', '100', null) }),
      fc.record({ what: fc.constantFrom('vanish', 'come back', 'refresh'), key }),
      fc.record({ what: fc.constant('fail'), key, at: fc.nat(3) }),
    )
    type Event = { what: string; key: string; value?: string | null; at?: number }

    const happen = async ({ what, key, value, at = 0 }: Event, all: Map<string, Reading>) => {
      const { main } = world
      if (what === 'change') {
        const standing = value === null ? 'no-data' : 'current'
        all.set(key, reading(key, value ?? null, { kind: 'allowance', limit: '100', standing }))
        main.readings = main.readings.map(one => all.get(one.key) ?? one)
      } else if (what === 'vanish') main.readings = main.readings.filter(one => one.key !== key)
      else if (what === 'come back') {
        const one = all.get(key)
        if (one && !main.readings.some(other => other.key === key)) main.readings.push(one)
      } else if (what === 'fail') main.failure = { at, error: unavailable() }
      else {
        const call = makeCall({ variables: SDK_VARIABLES, clock })
        await clock.finish(refreshMeter(`${MAIN}/${key}`, call)).catch(() => undefined)
        call.deadline.release()
      }
    }
    const expectEachToBeCounted = () => {
      const counted = Object.values(world.connection().counts).reduce((sum, count) => sum + count, 0)
      expect(counted).toBe(world.all('yl_meters').length)
    }
    const expectCountsAsStored = () => {
      const expected: Record<string, number> = {}
      for (const { standing, level } of world.all('yl_meters') as unknown as Meter[]) {
        const name = standing === 'current' ? (level ?? 'ok') : standing
        expected[name] = (expected[name] ?? 0) + 1
      }
      const counts = Object.entries(world.connection().counts).filter(([, count]) => count !== 0)
      expect(Object.fromEntries(counts)).toEqual(expected)
    }

    it('counts every meter once, those that are gone as no-data', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(event, { maxLength: 4 }), { minLength: 1, maxLength: 6 }), async rounds => {
          open()
          const all = new Map(KEYS.map(one => [one, reading(one, '100', { kind: 'allowance', limit: '100' })]))
          world.main.readings = [...all.values()]
          world.main.perStep = 1
          for (const events of rounds) {
            for (const one of events) await happen(one, all)
            await next()
            expectEachToBeCounted()
            // One that was missed is looked for at once, to learn how it stands.
            if (world.connection().dueAt <= clock.now()) await world.sweep()
            expectEachToBeCounted()
            world.main.failure = undefined
            expectCountsAsStored()
          }
        }),
        { numRuns: 150 },
      )
    })
  })

  describe('in an ordinary round', () => {
    const sizes = [1, 7, 100, 101, 250, 1000]
    it.each(sizes)('of %i meters stays within its requests, whether none, some or all have changed', async size => {
      world.main.readings = Array.from({ length: size }, (_, index) => reading(`m${index}`, '1000'))
      await world.sweep(undefined, 60_000)
      for (const changing of [0, Math.ceil(size / 7), size]) {
        const values = Object.fromEntries(
          world.main.readings.slice(0, changing).map(({ key, value }) => [key, `${Number(value) - 1}`]),
        )
        world.main.set(values)
        expect(await next()).toMatchObject({ readings: size, changed: changing, degraded: [] })
        const { databaseReads, databaseWrites } = world.call.tally
        expect(databaseReads).toBeLessThanOrEqual(Math.ceil(size / 100) + 4)
        expect(databaseWrites).toBeLessThanOrEqual(2 * changing + Math.ceil(size / 100) + 4)
      }
      expect(world.connection()).toMatchObject({ meters: size, counts: { ok: size } })
    })
  })
})
