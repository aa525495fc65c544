import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { makeCall, SDK_VARIABLES } from '../../tests/support/call'
import { type FakeClock, fakeClock } from '../../tests/support/clock'
import { MAIN, reading, START, scriptedSources, TEN_MINUTES, unavailable, World } from './testing'

jest.mock('wx-server-sdk', () => mockCloud.sdk)
// Not an import: that would come before the mock.
jest.mock('../provider/source', () => jest.requireActual<typeof import('./testing')>('./testing').scriptedSources)
const { sweep } = require('.') as typeof import('.')
const { waybill } = require('../provider/source/waybill') as typeof import('../provider/source/waybill')

describe('a connection', () => {
  let clock: FakeClock
  let world: World
  let handed: unknown[]
  beforeEach(open)
  function open() {
    mockCloud.reset()
    handed = []
    mockCloud.deploy('watchQuotas', event => void handed.push(event))
    clock = fakeClock({ now: START })
    const makeOne = (budgetMs: number) => makeCall({ variables: SDK_VARIABLES, clock, budgetMs })
    world = new World({ store: mockCloud.store, clock, sweep, makeCall: makeOne })
    world.main.readings = [reading('a', '100'), reading('b', '50')]
  }
  afterEach(() => world.heal())

  const next = () => world.sweepAfter(TEN_MINUTES)
  const many = (count: number) => Array.from({ length: count }, (_, index) => reading(`m${index}`, '1'))
  const outcomes = async (run: ReturnType<World['sweep']>) => {
    return Object.fromEntries((await run).connections.map(({ id, outcome, code }) => [id, code ?? outcome]))
  }

  describe('that does not fit one invocation', () => {
    it('is put back where it is, and goes on in invocations that the function itself asks for', async () => {
      world.main.readings = many(1000)
      world.main.stepMs = 400
      const run = await world.sweep()
      expect(run).toMatchObject({
        readings: 400,
        connections: [{ id: MAIN, outcome: 'continues', code: null }],
        degraded: [],
      })
      const { round, holder, dueAt, completeAt } = world.connection()
      expect({ holder, completeAt }).toEqual({ holder: null, completeAt: null })
      expect(round).toMatchObject({ place: '400', seen: 400, known: 0, counts: { ok: 400 }, startedAt: START })
      expect(dueAt).toBeLessThanOrEqual(clock.now())
      expect(handed).toEqual([{ connections: [MAIN] }])
      for (let invocations = 1; handed.length > 0; invocations++) {
        handed.length = 0
        await world.sweep([MAIN])
        expect(invocations).toBeLessThan(4)
      }
      expect(world.main.asked).toEqual(world.main.readings.map(({ key }) => key))
      expect(world.connection()).toMatchObject({
        round: null,
        meters: 1000,
        counts: { ok: 1000 },
        dueAt: START + TEN_MINUTES - 30_000,
      })
      expect(world.all('yl_meters')).toHaveLength(1000)
    })

    it('records the same as one long run', async () => {
      const recordedIn = async (budgetMs: number) => {
        open()
        world.main.readings = many(250)
        world.main.perStep = 30
        await world.sweep(undefined, 60_000)
        world.main.set(Object.fromEntries(many(100).map(({ key }, index) => [key, String(index + 2)])))
        world.main.stepMs = 500
        await clock.advance(TEN_MINUTES)
        let invocations = 1
        await world.sweep(undefined, budgetMs)
        for (; handed.splice(0).length > 0; invocations++) await world.sweep([MAIN], budgetMs)
        const days = world
          .all('yl_readings')
          .map(({ points, at, ...day }) => ({ ...day, count: [points].flat().length }))
        const meters = world.all('yl_meters').map(({ at, recent, ...meter }) => meter)
        const { meters: count, counts, round, markedDay } = world.connection()
        return { invocations, asked: world.main.asked, recorded: { days, meters, count, counts, round, markedDay } }
      }
      const whole = await recordedIn(60_000)
      const inPieces = await recordedIn(3000)
      expect([whole.invocations, inPieces.invocations]).toEqual([1, 3])
      expect(inPieces.recorded).toEqual(whole.recorded)
      expect(inPieces.asked).toEqual(whole.asked)
      expect(whole.recorded.meters.filter(({ version }) => version === 2)).toHaveLength(100)
    })

    it('that is cut off reads again only what was not saved', async () => {
      world.main.readings = many(1000)
      world.main.stepMs = 100
      const cut = world.begin(undefined, 20_000)
      await clock.advance(750)
      world.fault(() => 'fails')
      await clock.finish(cut.catch(() => undefined))
      world.heal()
      expect(world.main.asked.length).toBeGreaterThan(600)
      expect(world.connection().round).toMatchObject({ place: '600', seen: 600 })
      world.main.asked.length = 0
      await world.sweepAfter(60_000, [MAIN])
      await world.sweep([MAIN])
      expect(world.main.asked).toEqual(
        many(1000)
          .slice(600)
          .map(({ key }) => key),
      )
      expect(world.connection()).toMatchObject({ round: null, meters: 1000, counts: { ok: 1000 } })
    })

    it('is begun anew when its round has stood still for more than three intervals', async () => {
      world.main.readings = many(500)
      world.main.stepMs = 800
      await world.sweep()
      expect(world.connection().round?.place).toBe('200')
      await clock.advance(3 * TEN_MINUTES + 1)
      world.main.stepMs = 0
      world.main.asked.length = 0
      await world.sweep()
      expect(world.main.asked).toHaveLength(500)
      expect(world.connection()).toMatchObject({ meters: 500, counts: { ok: 500 } })
    })

    it('is not begun anew while it gets further, however long it takes', async () => {
      mockCloud.deploy('watchQuotas', () => {
        throw new Error('simulated')
      })
      world.main.readings = many(900)
      world.main.stepMs = 800
      for (const seen of [200, 400, 600, 800]) {
        expect(await next()).toMatchObject({ readings: 200, failed: 0, degraded: ['handover-failed'] })
        expect(world.connection().round).toMatchObject({ seen, place: String(seen) })
      }
      expect(clock.now() - START).toBeGreaterThan(3 * TEN_MINUTES)
      expect(await next()).toMatchObject({ readings: 100, degraded: [] })
      expect(world.main.asked).toEqual(world.main.readings.map(({ key }) => key))
      expect(world.connection()).toMatchObject({ round: null, meters: 900, counts: { ok: 900 } })
    })

    it('keeps what its source asked to remember in the part before', async () => {
      world.main.readings = many(300)
      world.main.stepMs = 800
      world.main.memory = { seen: 'early' }
      await world.sweep()
      world.main.memory = undefined
      await world.sweep([MAIN])
      await next()
      expect(world.main.told.at(-1)).toEqual({ from: undefined, memory: { seen: 'early' } })
    })
  })

  describe('whose upstream hangs', () => {
    it('in its list for so long that nothing else fits fails, after one call of itself at most', async () => {
      for (const at of ['logistics.getQuota', 'logistics.getAllAccount']) {
        mockCloud.openapi(at, async () => {
          await clock.sleep(at.endsWith('Account') ? 1600 : 0)
          const list = ['x', 'y'].map(biz_id => ({ delivery_id: 'YTO', biz_id, quota_num: 5, quota_update_time: 1 }))
          return { quota_num: 7, count: list.length, list }
        })
      }
      const follow = jest.spyOn(scriptedSources, 'sourceOf').mockImplementation(() => waybill)
      world.connect('slow', { provider: 'waybill' })
      const found: unknown[] = []
      do {
        handed.length = 0
        found.push(await outcomes(world.sweep(['slow'])))
      } while (handed.length > 0 && found.length < 5)
      follow.mockRestore()
      expect(found.at(-1)).toEqual({ slow: 'DEADLINE_EXCEEDED' })
      expect(found.slice(0, -1).length).toBeLessThanOrEqual(1)
      expect(world.connection('slow')).toMatchObject({ failures: 1, failure: { code: 'DEADLINE_EXCEEDED' } })
      expect(world.connection('slow').dueAt).toBeGreaterThan(clock.now())
    })

    it('fails with DEADLINE_EXCEEDED, and is given back before the deadline', async () => {
      world.main.hangsAt = 0
      expect(await outcomes(world.sweep())).toEqual({ [MAIN]: 'DEADLINE_EXCEEDED' })
      expect(clock.now() - START).toBe(1800)
      expect(world.connection()).toMatchObject({ holder: null, failures: 1, failure: { code: 'DEADLINE_EXCEEDED' } })
      expect(handed).toEqual([])
    })

    it('after some of it was read, goes on there', async () => {
      world.main.readings = many(300)
      world.main.hangsAt = 100
      expect(await outcomes(world.sweep())).toEqual({ [MAIN]: 'continues' })
      expect(world.connection()).toMatchObject({ holder: null, failures: 0, round: { place: '100', seen: 100 } })
      expect(handed).toEqual([{ connections: [MAIN] }])
      world.main.hangsAt = undefined
      expect(await outcomes(world.sweep([MAIN]))).toEqual({ [MAIN]: 'complete' })
      expect(world.main.asked).toHaveLength(300)
      expect(world.connection()).toMatchObject({ meters: 300, counts: { ok: 300 } })
    })

    it('with no time at all, says so', async () => {
      expect(await outcomes(world.sweep(undefined, 1000))).toEqual({ [MAIN]: 'DEADLINE_EXCEEDED' })
      expect(world.main.requests).toBe(0)
    })

    it('does not keep the others from completing', async () => {
      world.main.hangsAt = 0
      world.connect('one').readings = many(3)
      expect(await outcomes(world.sweep())).toEqual({ [MAIN]: 'DEADLINE_EXCEEDED', one: 'complete' })
    })
  })

  describe('that fails', () => {
    it('fails alone: its meters are failing, then stale, and keep value and level', async () => {
      for (const id of ['one', 'two']) world.connect(id).readings = [reading('m', '1')]
      world.main.readings = [
        reading('a', '100'),
        reading('b', '3', { kind: 'allowance', limit: '100' }),
        reading('c', null),
      ]
      await world.sweep()
      const points = world.all('yl_readings')
      world.main.failure = { at: 0, error: unavailable() }
      expect(await outcomes(next())).toEqual({ [MAIN]: 'UPSTREAM_UNAVAILABLE', one: 'complete', two: 'complete' })
      expect(world.connection()).toMatchObject({
        failures: 1,
        failingSince: clock.now(),
        failure: {
          code: 'UPSTREAM_UNAVAILABLE',
          en: 'The upstream cannot answer.',
          zh: '上游无法回答',
          upstreamCode: null,
        },
        counts: { failing: 2, 'no-data': 1 },
        completeAt: START,
        holder: null,
        dueAt: clock.now() + TEN_MINUTES - 30_000,
      })
      expect(world.meter('a')).toMatchObject({ standing: 'failing', rank: 3, level: 'ok', value: '100', version: 2 })
      expect(world.meter('b')).toMatchObject({ standing: 'failing', rank: 3, level: 'critical', value: '3' })
      expect(world.meter('c')).toMatchObject({ standing: 'no-data', rank: 5 })
      expect(world.meter('m', 'one')).toMatchObject({ standing: 'current' })
      for (const failures of [2, 3]) {
        expect(await next()).toMatchObject({ failed: 1, degraded: ['connection-failed'] })
        expect(world.connection().failures).toBe(failures)
        expect(world.meter('a')).toMatchObject({ standing: 'failing', version: 2 })
      }
      await next()
      expect(world.connection()).toMatchObject({
        failures: 4,
        failingSince: START + TEN_MINUTES,
        counts: { stale: 2, 'no-data': 1 },
      })
      expect(world.meter('a')).toMatchObject({ standing: 'stale', rank: 4, level: 'ok', value: '100', version: 3 })
      expect(world.all('yl_readings')).toEqual(points)
    })

    it('is itself again at its next complete round, at few writes', async () => {
      world.main.readings = [...many(150), reading('low', '3', { kind: 'allowance', limit: '100' })]
      await world.sweep(undefined, 20_000)
      world.main.failure = { at: 0, error: unavailable() }
      await next()
      world.main.failure = undefined
      expect(await next()).toMatchObject({ changed: 0, failed: 0, degraded: [] })
      expect(world.call.tally.databaseWrites).toBeLessThanOrEqual(6)
      expect(world.all('yl_meters', { standing: 'current', level: 'ok', rank: 6 })).toHaveLength(150)
      expect(world.meter('low')).toMatchObject({ standing: 'current', level: 'critical', rank: 1 })
      expect(world.connection()).toMatchObject({
        failures: 0,
        failingSince: null,
        failure: null,
        counts: { ok: 150, critical: 1 },
      })
    })

    it('in the middle keeps what it has read, and begins anew: all of its meters were put in doubt', async () => {
      world.main.readings = many(300)
      world.main.failure = { at: 200, error: unavailable() }
      expect(await world.sweep()).toMatchObject({ readings: 200, failed: 1 })
      expect(world.connection().round).toMatchObject({ place: null, seen: 0, isUnsure: true })
      world.main.failure = undefined
      await next()
      expect(new Set(world.main.asked).size).toBe(300)
      expect(world.connection()).toMatchObject({ meters: 300, counts: { ok: 300 }, failures: 0, round: null })
      expect(world.all('yl_meters', { standing: 'failing' })).toEqual([])
    })

    it('in the middle of its first round counts what it has stored', async () => {
      world.main.readings = [...many(150), ...many(150).map(({ key }) => reading(`n-${key}`, null))]
      world.main.failure = { at: 200, error: unavailable() }
      expect(await world.sweep()).toMatchObject({ readings: 200, failed: 1 })
      expect(world.all('yl_meters', { standing: 'failing' })).toHaveLength(150)
      expect(world.all('yl_meters', { standing: 'no-data' })).toHaveLength(50)
      expect(world.connection()).toMatchObject({ completeAt: null, counts: { failing: 150, 'no-data': 50 } })
    })

    it('and never was complete is stale three intervals after its first failure', async () => {
      world.main.readings = many(200)
      world.main.failure = { at: 100, error: unavailable() }
      for (const failures of [1, 2, 3, 4]) {
        await next()
        expect(world.connection()).toMatchObject({ failures, completeAt: null, counts: { failing: 100 } })
      }
      await next()
      expect(clock.now() - (world.connection().failingSince ?? 0)).toBe(4 * TEN_MINUTES)
      expect(world.connection().counts).toEqual({ stale: 100 })
      expect(world.all('yl_meters', { standing: 'stale', rank: 4, level: 'ok' })).toHaveLength(100)
    })

    it('because the database refuses to record leaves out nothing that was read', async () => {
      world.main.readings = many(300)
      await world.sweep()
      world.main.set({ m150: '7' })
      await clock.advance(TEN_MINUTES)
      // Due, take, the first chunk, the second.
      world.fault(index => (index === 3 ? 'fails' : undefined))
      expect(await world.sweep()).toMatchObject({ failed: 1 })
      world.heal()
      await next()
      expect(world.meter('m150').value).toBe('7')
      expect(world.connection()).toMatchObject({ meters: 300, counts: { ok: 300 }, round: null })
      expect(world.all('yl_meters', { missingSince: null })).toHaveLength(300)
    })

    it('at its very end is not counted twice by the next run', async () => {
      await world.sweep()
      await clock.advance(TEN_MINUTES)
      // Due, take, one chunk, complete.
      world.fault(index => (index === 3 ? 'fails' : undefined))
      expect(await world.sweep()).toMatchObject({ failed: 1 })
      world.heal()
      await next()
      expect(world.connection()).toMatchObject({ meters: 2, counts: { ok: 2 }, markedDay: '20261120' })
    })

    it.each([[new TypeError('canary-7f3a')], ['canary-7f3a'], [undefined]])(
      'by a fault of our own (%p) is INTERNAL, and its message is told nobody',
      async error => {
        world.main.failure = { at: 0, error }
        expect(await outcomes(world.sweep())).toEqual({ [MAIN]: 'INTERNAL' })
        expect(world.connection()).toMatchObject({ holder: null, failure: { code: 'INTERNAL' } })
        const { lines } = world.call as ReturnType<typeof makeCall>
        expect(lines.map(({ event }) => event)).toEqual(['internal-error', 'connection-failed'])
        expect(JSON.stringify([lines, world.connection(), world.all('yl_runs')])).not.toContain('canary')
      },
    )

    it('for its provider is none of this version', async () => {
      world.connect('old', { provider: 'pigeons' })
      expect(await outcomes(world.sweep())).toEqual({ [MAIN]: 'complete', old: 'INTERNAL' })
      expect(world.connection('old').failure?.en).toContain('old')
    })

    it('for its credentials cannot be opened', async () => {
      world.connect('shut', { sealed: 'v1.damaged' })
      expect(await outcomes(world.sweep())).toEqual({ [MAIN]: 'complete', shut: 'NOT_CONFIGURED' })
    })
  })

  it('reads under its own variables', async () => {
    world.connect('one').readings = many(2)
    await world.sweep()
    expect(world.meter('m1', 'one')).toMatchObject({ provider: 'memberBalance', connection: 'one' })
  })

  it('tells its source what that asked to remember', async () => {
    world.main.memory = { last: 'a' }
    await world.sweep()
    world.main.memory = undefined
    await next()
    await next()
    const memory = { last: 'a' }
    expect(world.main.told).toEqual([
      { from: undefined, memory: undefined },
      { from: undefined, memory },
      { from: undefined, memory },
    ])
  })

  it('with a damaged memory and place begins anew, counting nobody twice', async () => {
    world.main.readings = many(300)
    world.main.memory = 1
    world.main.stepMs = 800
    await world.sweep()
    expect(world.connection().round).toMatchObject({ place: '200', seen: 200 })
    world.patch('yl_connections', { _id: MAIN }, { memory: '{"last', 'round.place': '2 00' })
    world.main.stepMs = 0
    expect(await outcomes(world.sweep([MAIN]))).toEqual({ [MAIN]: 'complete' })
    expect(world.main.told.at(-1)).toEqual({ from: undefined, memory: undefined })
    expect(world.connection()).toMatchObject({ meters: 300, counts: { ok: 300 }, memory: '1' })
  })
})
