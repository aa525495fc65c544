import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { makeCall, SDK_VARIABLES } from '../../tests/support/call'
import { type FakeClock, fakeClock } from '../../tests/support/clock'
import { addDays, dayAt, monthsBefore } from '../meter/day'
import { DAY_MS, MAIN, reading, START, TEN_MINUTES, TODAY, World } from './testing'

jest.mock('wx-server-sdk', () => mockCloud.sdk)
// Not an import: that would come before the mock.
jest.mock('../provider/source', () => jest.requireActual<typeof import('./testing')>('./testing').scriptedSources)
const { sweep } = require('.') as typeof import('.')

describe('compaction', () => {
  let clock: FakeClock
  let world: World
  beforeEach(() => {
    mockCloud.reset()
    clock = fakeClock({ now: START })
    const makeOne = (budgetMs: number) => makeCall({ variables: SDK_VARIABLES, clock, budgetMs })
    world = new World({ store: mockCloud.store, clock, sweep, makeCall: makeOne })
    world.main.readings = [reading('a', '100')]
  })
  afterEach(() => world.heal())

  const SUMMARY = { open: '9', close: '1', min: '1', max: '9', consumed: '8', added: '0', returned: '0', count: 2 }
  const oldDay = (day: string, connection = MAIN) => ({
    _id: `${connection}/a/${day}`,
    meter: `${connection}/a`,
    connection,
    day,
    points: [
      [1, '9'],
      [2, '1'],
    ],
    at: 2,
    period: null,
    returnedTotal: null,
    ...SUMMARY,
  })
  const days = () => world.history('a').map(({ day, points }) => [day, points?.length ?? null])

  it('drops points of more than 35 days ago, and keeps what those days came to', async () => {
    const [kept, dropped] = [addDays(TODAY, -35), addDays(TODAY, -36)]
    world.insert('yl_readings', oldDay(kept), oldDay(dropped), oldDay(dropped, 'another'))
    await world.sweep()
    expect(days()).toEqual([
      [dropped, null],
      [kept, 2],
      [TODAY, 1],
    ])
    expect(world.day('a', dropped)).toEqual({ ...oldDay(dropped), points: null })
    expect(world.day('a', dropped, 'another').points).toHaveLength(2)
  })

  it('removes days of more than 25 months ago', async () => {
    const last = monthsBefore(TODAY, 25)
    world.insert('yl_readings', oldDay(last), oldDay(addDays(last, -1)), oldDay('20200229'))
    await world.sweep()
    expect(days()).toEqual([
      [last, null],
      [TODAY, 1],
    ])
  })

  it('removes the records of runs of more than 30 days ago', async () => {
    const old = { _id: 'old', startedAt: START - 30 * DAY_MS - 1 }
    world.insert('yl_runs', old, { _id: 'kept', startedAt: START - 30 * DAY_MS })
    await world.sweep()
    expect(world.all('yl_runs').map(({ _id }) => _id)).toEqual(['kept', `${START}-run-1`])
  })

  it('is done in the first round of a day, and costs no later round anything', async () => {
    await world.sweep()
    expect(world.connection().markedDay).toBe(TODAY)
    expect(await world.sweepAfter(TEN_MINUTES)).toMatchObject({ databaseWrites: 3 })
    await world.sweepAfter(DAY_MS)
    expect(world.connection().markedDay).toBe(dayAt(clock.now()))
  })

  it('looks only at days that have become too old since it was last done', async () => {
    await world.sweep()
    const [seen, due] = [addDays(TODAY, -36), addDays(TODAY, -35)]
    world.insert('yl_readings', oldDay(seen), oldDay(due))
    await world.sweepAfter(DAY_MS)
    expect(days().slice(0, 2)).toEqual([
      [seen, 2],
      [due, null],
    ])
  })

  it('misses no day after a gap of several days without sweeps', async () => {
    const before = Array.from({ length: 12 }, (_, index) => addDays(TODAY, index - 40))
    world.insert('yl_readings', ...before.map(day => oldDay(day)))
    await world.sweep()
    const dropped = () => days().filter(([, points]) => points === null)
    expect(dropped().map(([day]) => day)).toEqual(before.slice(0, 5))
    await world.sweepAfter(4 * DAY_MS)
    expect(dropped().map(([day]) => day)).toEqual(before.slice(0, 9))
    await world.sweepAfter(DAY_MS)
    expect(dropped().map(([day]) => day)).toEqual(before.slice(0, 10))
  })

  it('that fails degrades the run, not its readings, and is done in the next round', async () => {
    const old = addDays(TODAY, -100)
    world.insert('yl_readings', oldDay(old))
    world.fault((_, api) => (api === 'collection.remove' ? 'fails' : undefined))
    expect(await world.sweep()).toMatchObject({
      failed: 0,
      connections: [{ id: MAIN, outcome: 'complete', code: null }],
      degraded: ['compaction-failed'],
    })
    expect(world.connection()).toMatchObject({ markedDay: null, completeAt: START, failures: 0 })
    expect(world.meter('a').value).toBe('100')
    world.heal()
    expect(await world.sweepAfter(TEN_MINUTES)).toMatchObject({ degraded: [] })
    expect(world.connection().markedDay).toBe(TODAY)
  })

  it('that is cut off anywhere loses nothing that is to be kept, and is done by the next run', async () => {
    for (let at = 0; at < 12; at++) {
      mockCloud.reset()
      clock = fakeClock({ now: START })
      const makeOne = (budgetMs: number) => makeCall({ variables: SDK_VARIABLES, clock, budgetMs })
      world = new World({ store: mockCloud.store, clock, sweep, makeCall: makeOne })
      world.main.readings = [reading('a', '100')]
      const [kept, dropped] = [addDays(TODAY, -3), addDays(TODAY, -300)]
      world.insert('yl_readings', oldDay(kept), oldDay(dropped), oldDay('20200229'))
      world.fault(index => (index >= at ? 'fails' : undefined))
      await world.sweep().catch(() => undefined)
      world.heal()
      await world.sweepAfter(TEN_MINUTES)
      expect(days()).toEqual([
        [dropped, null],
        [kept, 2],
        [TODAY, 1],
      ])
      expect(world.day('a', dropped)).toMatchObject(SUMMARY)
    }
  })

  it('goes on writing to days whose meters have a long past', async () => {
    for (let day = 0; day < 40; day++) {
      world.main.set({ a: String(100 - day) })
      await world.sweepAfter(DAY_MS)
    }
    const counts = days().map(([, count]) => count)
    expect(counts).toEqual([...Array(4).fill(null), ...Array(36).fill(1)])
    expect(
      world
        .history('a')
        .map(({ open, close }) => `${open} ${close}`)
        .slice(1),
    ).toEqual(Array.from({ length: 39 }, (_, day) => `${100 - day} ${99 - day}`))
  })
})
