import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { makeCall, SDK_VARIABLES } from '../../tests/support/call'
import { type FakeClock, fakeClock } from '../../tests/support/clock'
import { failureOf } from '../../tests/support/failure'
import { MAIN, reading, START, TEN_MINUTES, World } from './testing'

jest.mock('wx-server-sdk', () => mockCloud.sdk)
// Not an import: that would come before the mock.
jest.mock('../provider/source', () => jest.requireActual<typeof import('./testing')>('./testing').scriptedSources)
const { sweep } = require('.') as typeof import('.')

/** What is left of a budget of 3 s, and the slack of the lease. */
const LEASE_MS = 2500 + 3000

describe('the lease', () => {
  let clock: FakeClock
  let world: World
  beforeEach(() => {
    mockCloud.reset()
    clock = fakeClock({ now: START })
    const makeOne = (budgetMs: number) => makeCall({ variables: SDK_VARIABLES, clock, budgetMs })
    world = new World({ store: mockCloud.store, clock, sweep, makeCall: makeOne })
    world.main.readings = [reading('a', '100'), reading('b', '50')]
  })
  afterEach(() => world.heal())

  const writes = () => mockCloud.store.requests.filter(api => !api.endsWith('.get') && api !== 'test').length

  it.each([0, 50])('lets two runs at the same time read each connection once, requests taking %i ms', async ms => {
    const scripts = ['one', 'two', 'three'].map(id => world.connect(id))
    for (const script of scripts) script.readings = [reading('m', '1')]
    await world.sweep(['nobody'])
    if (ms > 0) mockCloud.store.answerAfter(() => clock.sleep(ms))
    const runs = await clock.finish(Promise.all([world.begin(undefined, 20_000), world.begin(undefined, 20_000)]))
    expect(runs.map(({ failed, degraded }) => [failed, degraded])).toEqual([
      [0, []],
      [0, []],
    ])
    expect(runs.flatMap(({ connections }) => connections.map(({ id }) => id)).sort()).toEqual(
      ['one', 'three', 'two', MAIN].sort(),
    )
    expect([...scripts, world.main].map(({ requests }) => requests)).toEqual([1, 1, 1, 1])
    expect(world.all('yl_readings')).toHaveLength(5)
    expect(world.day('a').points).toHaveLength(1)
    expect(world.all('yl_runs')).toHaveLength(3)
  })

  it('is not given to a run that found the connection due before another had read it', async () => {
    await world.sweep()
    await clock.advance(TEN_MINUTES)
    let waiting = () => {}
    const isBlocked = new Promise<void>(resolve => (waiting = resolve))
    let first = true
    mockCloud.store.answerAfter(async () => {
      if (!first) return
      first = false
      await isBlocked
    })
    const late = world.begin()
    const isDone = world.begin()
    await isDone
    waiting()
    await late
    expect(world.main.requests).toBe(2)
  })

  it('of a dead run is taken when it has ended, and not before', async () => {
    await world.sweep()
    await clock.advance(TEN_MINUTES)
    world.main.set({ a: '90' })
    const since = clock.now()
    world.fault(index => (index >= 3 ? 'fails' : undefined))
    await world.sweep().catch(() => undefined)
    world.heal()
    expect(world.connection()).toMatchObject({ dueAt: since + LEASE_MS, holder: expect.stringContaining('run-2') })
    await clock.advance(since + LEASE_MS - 1 - clock.now())
    expect(await world.sweep()).toMatchObject({ connections: [], degraded: [] })
    expect(world.main.requests).toBe(2)
    await clock.advance(1)
    expect(await world.sweep()).toMatchObject({
      connections: [{ id: MAIN, outcome: 'complete' }],
      degraded: ['interrupted'],
    })
    expect(world.connection().holder).toBeNull()
    expect(world.meter('a').value).toBe('90')
    expect(await world.sweepAfter(TEN_MINUTES)).toMatchObject({ degraded: [] })
  })

  it('that another has taken over stops the run, which writes nothing more and reports it', async () => {
    world.main.readings = Array.from({ length: 600 }, (_, index) => reading(`m${index}`, '1'))
    world.main.stepMs = 100
    const run = world.begin(undefined, 20_000)
    await clock.advance(350)
    const counted = world.all('yl_meters').length
    world.patch('yl_connections', { _id: MAIN }, { holder: 'another', dueAt: START + 60_000 })
    const taken = world.connection()
    expect(await clock.finish(run)).toMatchObject({
      connections: [{ id: MAIN, outcome: 'failed', code: 'CONFLICT' }],
      degraded: ['connection-failed'],
    })
    expect(world.connection()).toEqual(taken)
    expect(world.all('yl_meters').length - counted).toBeLessThanOrEqual(100)
    expect(world.all('yl_meters', { standing: 'failing' })).toEqual([])
  })

  it('ends no earlier than the run’s last write: a frozen run has no time left when it goes on', async () => {
    world.main.readings = Array.from({ length: 600 }, (_, index) => reading(`m${index}`, '1'))
    world.main.stepMs = 100
    const failure = failureOf(world.begin())
    await clock.advance(350)
    mockCloud.store.answerAfter(() => clock.sleep(60_000))
    await clock.advance(LEASE_MS - 350)
    expect(clock.now()).toBe(world.connection().dueAt)
    mockCloud.store.answerAfter(async () => {})
    const before = writes()
    expect((await failure).code).toBe('DEADLINE_EXCEEDED')
    expect(writes()).toBe(before)
  })

  it('is given back due at the next beat of the timer, not one later', async () => {
    await world.sweep()
    for (let beat = 1; beat <= 12; beat++) {
      // The platform's timer is late by up to some seconds.
      await clock.advance(START + beat * TEN_MINUTES + ((beat * 7919) % 20_000) - clock.now())
      expect(await world.sweep()).toMatchObject({ connections: [{ outcome: 'complete' }] })
    }
    expect(world.main.requests).toBe(13)
  })

  it('is not taken between two beats', async () => {
    await world.sweep()
    expect(await world.sweepAfter(TEN_MINUTES / 2)).toMatchObject({ connections: [] })
    expect(world.main.requests).toBe(1)
  })

  it('makes a run that comes much too late say so', async () => {
    await world.sweep()
    expect(await world.sweepAfter(26 * 60_000)).toMatchObject({ degraded: ['late'] })
    expect(await world.sweepAfter(TEN_MINUTES)).toMatchObject({ degraded: [] })
  })
})
