import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { type LogLine, makeCall, SDK_VARIABLES } from '../../tests/support/call'
import { type FakeClock, fakeClock } from '../../tests/support/clock'
import { failureOf } from '../../tests/support/failure'
import { MAIN, reading, START, scriptOf, TEN_MINUTES, unavailable, World } from './testing'

jest.mock('wx-server-sdk', () => mockCloud.sdk)
// Not an import: that would come before the mock.
jest.mock('../provider/source', () => jest.requireActual<typeof import('./testing')>('./testing').scriptedSources)
const { sweep } = require('.') as typeof import('.')

describe('sweep', () => {
  let clock: FakeClock
  let world: World
  let handed: { connections: string[] }[]
  let lines: LogLine[]
  beforeEach(() => {
    mockCloud.reset()
    handed = []
    mockCloud.deploy('watchQuotas', event => void handed.push(event as { connections: string[] }))
    clock = fakeClock({ now: START })
    const makeOne = (budgetMs: number) => {
      const call = makeCall({ variables: SDK_VARIABLES, clock, budgetMs })
      lines = call.lines
      return call
    }
    world = new World({ store: mockCloud.store, clock, sweep, makeCall: makeOne })
    world.main.readings = [reading('a', '100')]
  })
  afterEach(() => world.heal())

  const connect = (count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => {
      const script = world.connect(`c${index + from}`)
      script.readings = [reading('m', '1')]
      return script
    })
  const ids = () => world.all('yl_connections').map(({ _id }) => _id)

  describe('the connections of the environment', () => {
    it('appear by themselves, once, with the interval of their source', async () => {
      scriptOf('partnerCredit').isConfigured = true
      scriptOf('partnerCredit').intervalMinutes = 60
      await world.sweep()
      expect(ids().sort()).toEqual(['env-codeAudit', 'env-partnerCredit'])
      expect(world.connection('env-partnerCredit')).toMatchObject({
        provider: 'partnerCredit',
        name: '',
        intervalMinutes: 60,
        enabled: true,
        sealed: null,
        settings: {},
        dueAt: START + 3_600_000 - 30_000,
      })
      await world.sweepAfter(TEN_MINUTES)
      expect(ids()).toHaveLength(2)
      expect(scriptOf('partnerCredit').requests).toBe(1)
      expect(world.main.requests).toBe(2)
    })

    it('appear when they are configured later', async () => {
      await world.sweep()
      scriptOf('waybill').isConfigured = true
      expect(await world.sweep()).toMatchObject({ connections: [{ id: 'env-waybill', outcome: 'complete' }] })
    })

    it('that are disabled are left alone, and not made anew', async () => {
      await world.sweep()
      world.patch('yl_connections', { _id: MAIN }, { enabled: false })
      expect(await world.sweepAfter(TEN_MINUTES)).toMatchObject({ connections: [] })
      expect(await world.sweep([MAIN])).toMatchObject({ connections: [] })
      expect(world.main.requests).toBe(1)
      expect(world.connection().enabled).toBe(false)
    })

    it('are read even where others have appeared at the same time by another run', async () => {
      scriptOf('waybill').isConfigured = true
      let isFirst = true
      world.fault((_, api) => {
        if (api !== 'collection.add' || !isFirst) return undefined
        isFirst = false
        // Another run, between this one's look and its write.
        world.connect(MAIN, { provider: 'codeAudit', dueAt: START })
        return undefined
      })
      await world.sweep()
      expect(ids().sort()).toEqual(['env-codeAudit', 'env-waybill'])
      expect(world.connection('env-waybill').completeAt).toBe(START)
    })
  })

  it('reads nothing, and leaves a record, when nothing is due', async () => {
    await world.sweep()
    expect(await world.sweepAfter(60_000)).toEqual({
      _id: `${START + 60_000}-run-2`,
      startedAt: START + 60_000,
      endedAt: START + 60_000,
      connections: [],
      readings: 0,
      changed: 0,
      failed: 0,
      upstreamCalls: 0,
      databaseReads: 1,
      databaseWrites: 1,
      ms: 0,
      degraded: [],
    })
    expect(world.all('yl_runs')).toHaveLength(2)
  })

  it('leaves the record that it gives back, with what was spent', async () => {
    connect(2)
    scriptOf('c1').failure = { at: 0, error: unavailable() }
    world.main.stepMs = 120
    const run = await world.sweep()
    expect(run).toEqual({
      _id: `${START}-run-1`,
      startedAt: START,
      endedAt: START + 120,
      connections: expect.arrayContaining([
        { id: MAIN, outcome: 'complete', readings: 1, changed: 1, code: null },
        { id: 'c0', outcome: 'complete', readings: 1, changed: 1, code: null },
        { id: 'c1', outcome: 'failed', readings: 0, changed: 0, code: 'UPSTREAM_UNAVAILABLE' },
      ]),
      readings: 2,
      changed: 2,
      failed: 1,
      upstreamCalls: 3,
      databaseReads: world.call.tally.databaseReads,
      databaseWrites: world.call.tally.databaseWrites,
      ms: 120,
      degraded: ['connection-failed'],
    })
    expect(world.all('yl_runs')).toEqual([run])
    expect(mockCloud.store.requests.filter(api => /[.](get|count)$/.test(api))).toHaveLength(run.databaseReads)
  })

  it('does not take a failed read for "nothing is due"', async () => {
    mockCloud.store.fail(-502001)
    expect((await failureOf(world.sweep())).code).toBe('UPSTREAM_UNAVAILABLE')
    expect(world.main.requests).toBe(0)
  })

  describe('of more than six due connections', () => {
    it('reads the longest due itself, and hands the others out in sixes', async () => {
      world.main.isConfigured = false
      const scripts = connect(14)
      for (const index of scripts.keys()) world.patch('yl_connections', { _id: `c${index}` }, { dueAt: START - index })
      const run = await world.sweep()
      expect(run.connections.map(({ id }) => id)).toEqual(['c13', 'c12', 'c11', 'c10', 'c9', 'c8'])
      expect(handed).toEqual([{ connections: ['c7', 'c6', 'c5', 'c4', 'c3', 'c2'] }, { connections: ['c1', 'c0'] }])
      for (const { connections } of handed.splice(0)) await world.sweep(connections)
      expect(handed).toEqual([])
      expect(scripts.map(({ requests }) => requests)).toEqual(Array(14).fill(1))
    })

    it('of which there are more than one page', async () => {
      world.main.isConfigured = false
      connect(203)
      await world.sweep()
      const all = handed.flatMap(({ connections }) => connections)
      expect(new Set(all).size).toBe(197)
      expect(handed.every(({ connections }) => connections.length <= 6)).toBe(true)
    })

    it('loses nobody when they cannot be handed out', async () => {
      world.main.isConfigured = false
      const scripts = connect(14)
      mockCloud.deploy('watchQuotas', () => {
        throw new Error('simulated')
      })
      for (const expected of [6, 12, 14]) {
        const degraded = expected < 14 ? ['handover-failed'] : []
        expect(await world.sweepAfter(1000)).toMatchObject({ failed: 0, degraded })
        expect(scripts.filter(({ requests }) => requests === 1)).toHaveLength(expected)
        if (expected === 6) {
          expect(lines.filter(({ event }) => event === 'handover-failed')).toEqual([
            { event: 'handover-failed', connections: 6 },
            { event: 'handover-failed', connections: 2 },
          ])
        }
      }
    })

    it('does not wait for those that it handed out', async () => {
      connect(14)
      mockCloud.deploy('watchQuotas', () => new Promise(() => {}))
      await world.sweep()
      expect(clock.now() - START).toBe(1000)
    })

    it('reads each once, though an overlapping timer hands out the same', async () => {
      world.main.isConfigured = false
      const scripts = connect(14)
      await clock.finish(Promise.all([world.begin(), world.begin()]))
      await clock.finish(Promise.all(handed.splice(0).map(({ connections }) => world.begin(connections))))
      expect(scripts.map(({ requests }) => requests)).toEqual(Array(14).fill(1))
    })
  })
})
