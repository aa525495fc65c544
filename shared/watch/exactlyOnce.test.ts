import { isDeepStrictEqual } from 'node:util'
import { beforeAll, describe, expect, it, jest } from '@jest/globals'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { makeCall, SDK_VARIABLES } from '../../tests/support/call'
import { type FakeClock, fakeClock } from '../../tests/support/clock'
import { dayAt } from '../meter/day'
import { type DaySummary, type Recorded, summarize } from '../meter/daySummary'
import { fullAfter } from '../meter/level'
import type { Reading } from '../meter/reading'
import type { Counts } from '../store/connections'
import type { Meter } from '../store/meters'
import type { DayReadings } from '../store/readings'
import { DAY_MS, type Fault, reading, START, TEN_MINUTES, TODAY, TOMORROW, unavailable, World } from './testing'

jest.mock('wx-server-sdk', () => mockCloud.sdk)
// Not an import: that would come before the mock.
jest.mock('../provider/source', () => jest.requireActual<typeof import('./testing')>('./testing').scriptedSources)
const { sweep } = require('.') as typeof import('.')
const { addCounts } = require('./record/chunk') as typeof import('./record/chunk')

const allowance = (value: string, period: string) =>
  reading('reset', value, { kind: 'allowance', limit: '100', period })
const usage = (value: string, returned: string) =>
  reading('usage', value, { kind: 'usage', period: '202611', returned })

/** No key ever has one value in two meanings. */
const FIRST = [
  reading('heartbeat', '7'),
  reading('topUp', '10'),
  reading('fall', '100'),
  allowance('30', '202610'),
  usage('10', '0'),
  reading('title', '5'),
  reading('still', '1'),
  reading('same', '2'),
]
const SECOND = [
  reading('heartbeat', '7'),
  reading('topUp', '100'),
  reading('fall', '60'),
  allowance('90', '202611'),
  usage('8', '2'),
  reading('title', '5', { title: { zh: '新', en: 'new' } }),
  reading('still', '1'),
  reading('same', '2'),
  reading('new1', '40'),
  reading('new2', '0'),
  usageOf('new3'),
  reading('new4', null),
]
const THIRD = [
  reading('heartbeat', '7'),
  reading('topUp', '50'),
  reading('fall', '30'),
  allowance('80', '202611'),
  usage('20', '5'),
  ...SECOND.slice(5, 8),
  reading('new1', '20'),
  reading('new2', '9'),
  usageOf('new3', '77'),
  reading('new4', '3'),
]
/** As it was before the run that is cut off. */
const BACK = SECOND.map(one => FIRST.find(({ key }) => key === one.key) ?? one)

function usageOf(key: string, value = '33'): Reading {
  return reading(key, value, { kind: 'usage', period: '202611', returned: '0' })
}

/** To end after a request is to end before the next. */
const BREAKDOWNS = ['fails', 'is carried out, its answer lost', 'is never made, for the process has ended'] as const
type Breakdown = (typeof BREAKDOWNS)[number]

function faultOf(breakdown: Breakdown, at: number): (index: number) => Fault | undefined {
  if (breakdown === 'is never made, for the process has ended') return index => (index >= at ? 'fails' : undefined)
  const fault = breakdown === 'fails' ? 'fails' : 'is lost'
  return index => (index === at ? fault : undefined)
}

/** Where all stands when the run begins that is to break down, and how many requests it would make. */
interface Scene {
  now: number
  documents: Map<string, Record<string, unknown>[]>
  requests: number
}

describe('a request to the database', () => {
  let clock: FakeClock
  let world: World

  const UPSTREAMS = { 'has stayed': SECOND, 'has changed': THIRD, 'has changed back': BACK }
  const PLACES = {
    'in the day': inTheDay,
    'in the first round of a day': () => begin(START, DAY_MS),
    'just before midnight': () => begin(START + 13.75 * 3_600_000, TEN_MINUTES),
  }

  describe.each(Object.entries(PLACES))('%s', (_place, prepare) => {
    let scene: Scene
    beforeAll(async () => {
      await prepare()
      scene = { now: clock.now(), documents: world.dump(), requests: 0 }
      world.fault(index => {
        scene.requests = index + 1
        return undefined
      })
      expect(await world.sweep()).toMatchObject({ readings: 12, failed: 0 })
      world.heal()
      expect(problems(SECOND)).toEqual([])
    })

    describe.each(BREAKDOWNS)('that %s', breakdown => {
      it.each(Object.entries(UPSTREAMS))(
        'is made up for by the next run, when the upstream %s',
        async (_, readings) => {
          const found: string[] = []
          for (let at = 0; at < scene.requests; at++) {
            start(scene.now, scene.documents)
            world.main.readings = SECOND.slice()
            world.fault(faultOf(breakdown, at))
            await world.sweep().catch(() => undefined)
            world.heal()
            const wasCutOff = world.connection().holder !== null
            world.main.readings = readings.slice()
            const { failed, degraded } = await world.sweepAfter(TEN_MINUTES)
            expect([failed, degraded.includes('interrupted')]).toEqual([0, wasCutOff])
            found.push(...problems(readings).map(problem => `request ${at}: ${problem}`))
          }
          expect(scene.requests).toBeGreaterThan(15)
          expect(found).toEqual([])
        },
      )
    })
  })

  it('that is never made, days of failures before the next round, is made up for on its own day', async () => {
    await begin(START, DAY_MS)
    world.main.readings = [reading('fall', '60')]
    // The process ends as soon as the day has its point.
    world.fault(() => (world.history('fall').length > 1 ? 'fails' : undefined))
    await world.sweep().catch(() => undefined)
    world.heal()
    expect([world.meter('fall').value, world.history('fall').at(-1)?.close]).toEqual(['100', '60'])
    world.main.failure = { at: 0, error: unavailable() }
    for (let day = 0; day < 3; day++) await world.sweepAfter(DAY_MS)
    world.main.failure = undefined
    await world.sweepAfter(TEN_MINUTES)
    expect(world.history('fall').map(({ day, consumed, close }) => [day, consumed, close])).toEqual([
      [TODAY, '0', '100'],
      [TOMORROW, '40', '60'],
      [dayAt(clock.now()), '0', '60'],
    ])
    expect(world.meter('fall')).toMatchObject({ value: '60', standing: 'current' })
  })

  function start(now: number, documents?: Scene['documents']): void {
    world?.heal()
    mockCloud.reset()
    clock = fakeClock({ now })
    const makeOne = (budgetMs: number) => makeCall({ variables: SDK_VARIABLES, clock, budgetMs })
    world = new World({ store: mockCloud.store, clock, sweep, makeCall: makeOne }, documents)
  }

  /** Up to where the run is due that meets what has changed. */
  async function begin(now: number, wait: number): Promise<void> {
    start(now)
    world.main.readings = FIRST.slice()
    await world.sweep()
    await clock.advance(wait)
    world.main.readings = SECOND.slice()
  }

  /** Days have begun for all but one, whose heartbeat is due. */
  async function inTheDay(): Promise<void> {
    await begin(START, DAY_MS)
    world.main.readings = FIRST.slice()
    world.main.set({ heartbeat: null })
    await world.sweep()
    await clock.advance(TEN_MINUTES)
    world.main.readings = SECOND.slice()
  }

  /** In what the meters, their history and the connection differ from what they should be. */
  function problems(readings: readonly Reading[]): string[] {
    const meters = world.all('yl_meters') as unknown as Meter[]
    const days = world.all('yl_readings') as unknown as DayReadings[]
    const found: string[] = []
    for (const one of readings) {
      const meter = meters.find(({ key }) => key === one.key)
      const history = days.filter(day => day.meter === meter?._id).sort((a, b) => (a.day < b.day ? -1 : 1))
      found.push(...(meter ? problemsOf(one, meter, history) : [`${one.key} is not there`]))
    }
    const { holder, round, failure, meters: count, completeAt, counts } = world.connection()
    const expected: Counts = {}
    for (const { level, standing } of meters) addCounts(expected, { [level ?? standing]: 1 })
    const healthy = { holder: null, round: null, failure: null, count: 12, completeAt: clock.now(), counts: expected }
    const connection = { holder, round, failure, count, completeAt, counts }
    if (!isDeepStrictEqual(connection, healthy)) found.push(`the connection is ${JSON.stringify(connection)}`)
    if (meters.length !== 12) found.push(`there are ${meters.length} meters`)
    return found
  }
})

function problemsOf({ key, value, title }: Reading, meter: Meter, days: readonly DayReadings[]): string[] {
  const found: string[] = []
  const check = (what: string, actual: unknown, expected: unknown) => {
    if (isDeepStrictEqual(actual, expected)) return
    found.push(`${what} of ${key} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`)
  }
  check('title', meter.title, title)
  check('standing', [meter.standing, meter.missingSince], [value === null ? 'no-data' : 'current', null])
  const { summaries, changes, full, order } = replayed(key, days)
  for (const [index, day] of days.entries()) check(`summary on ${day.day}`, summaryIn(day), summaries[index])
  check('points', order, 'in order, and none twice')
  const last = days.at(-1)
  check('last point', last?.points?.at(-1), value === null ? undefined : [last?.at, value])
  if (!last) return found
  const tail = [last.at, last.day, last.close, last.period, last.returnedTotal]
  check('tail', [meter.at, meter.day, meter.value, meter.period, meter.returned], tail)
  if (meter.today) check('today', meter.today, summaryIn(last))
  if (meter.kind === 'balance') check('full', meter.full, full)
  const isPoint = (one: readonly unknown[]) =>
    days.some(day => day.points?.some(point => isDeepStrictEqual(point, one)))
  check('newest recent value', meter.recent.at(-1)?.[1], last.close)
  check(
    'recent points without history',
    meter.recent.filter(one => !isPoint(one)),
    [],
  )
  check('too many recent points', meter.recent.length > changes, false)
  return found
}

/** What the points of these days come to, by the rules of the domain alone. */
function replayed(key: string, days: readonly DayReadings[]) {
  const facts = [...FIRST, ...SECOND, ...THIRD].filter(one => one.key === key)
  const summaries: (DaySummary | null)[] = []
  let changes = 0
  let full: string | null = null
  let order = 'in order, and none twice'
  let before: { at: number; recorded: Recorded } | undefined
  for (const day of days) {
    let summary: DaySummary | null = null
    for (const [at, value] of day.points ?? []) {
      const fact = facts.find(one => one.value === value)
      if (!fact) throw new Error(`${key} never was ${value}`)
      const recorded = { value, period: fact.period, limit: fact.limit, returned: fact.returned }
      if (before?.recorded.value !== value) changes += 1
      else if (summary) order = `twice ${value}`
      if (before && before.at >= at) order = 'not in order'
      full = fullAfter(before ? { value: before.recorded.value, full } : null, value)
      summary = summarize(summary, fact.kind, before?.recorded ?? null, recorded)
      before = { at, recorded }
    }
    summaries.push(summary)
  }
  return { summaries, changes, full, order }
}

function summaryIn({ open, close, min, max, consumed, added, returned, count }: DayReadings): DaySummary {
  return { open, close, min, max, consumed, added, returned, count }
}
