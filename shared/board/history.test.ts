import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { boardCall, connectionDocument, dayDocument, MINUTE, meterDocument, NOON } from '../../tests/support/board'
import { failureOf } from '../../tests/support/failure'
import { addDays, eachDay, startOfDay } from '../meter/day'
import { readHistory } from './history'

jest.mock('wx-server-sdk', () => mockCloud.sdk)

const METER = 'c/YTO/x'

function store(days: Record<string, unknown>[]) {
  mockCloud.store.create('yl_connections', [connectionDocument('c')])
  mockCloud.store.create('yl_meters', [meterDocument('c', 'YTO/x')])
  mockCloud.store.create('yl_readings', days)
}

describe('readHistory', () => {
  beforeEach(() => mockCloud.reset())

  it('is NOT_FOUND for an unknown meter', async () => {
    const error = await failureOf(readHistory({ meter: METER, from: '20261101', to: '20261120' }, boardCall()))
    expect(error.code).toBe('NOT_FOUND')
  })

  it('is an error when the database cannot answer, not an empty history', async () => {
    store([])
    mockCloud.store.fail(-502001)
    const error = await failureOf(readHistory({ meter: METER, from: '20261101', to: '20261120' }, boardCall()))
    expect(error.code).toBe('UPSTREAM_UNAVAILABLE')
  })

  it('holds the days of the range in order, both ends included, of this meter alone', async () => {
    const summary = { open: '9', close: '7.50', min: '7.50', max: '9', consumed: '1.50', added: '0', returned: '0' }
    store([
      dayDocument(METER, '20261120', [[NOON, '3']]),
      dayDocument(METER, '20261118', null, summary),
      dayDocument(METER, '20261117', null),
      dayDocument(METER, '20261121', [[NOON, '1']]),
      dayDocument('c/YTO/x2', '20261119', [[NOON, '8']]),
    ])
    const history = await readHistory({ meter: METER, from: '20261118', to: '20261120' }, boardCall())
    expect(history.meter).toEqual({
      id: METER,
      provider: 'waybill',
      connection: 'c',
      key: 'YTO/x',
      title: 'Meter YTO/x',
      kind: 'balance',
      unit: 'waybills',
      value: '210',
      limit: null,
    })
    expect(history.days.map(({ day }) => day)).toEqual(['20261118', '20261120'])
    expect(history.days[0]).toEqual({ day: '20261118', ...summary })
    expect(history.points).toEqual([[NOON, '3']])
  })

  it('gives at most 500 points, the peaks among them', async () => {
    const days = eachDay('20261017', '20261120').map(day => {
      const points = Array.from({ length: 144 }, (_, n): [number, string] => {
        return [startOfDay(day) + n * 10 * MINUTE, day === '20261101' && n === 77 ? '-5' : String(1000 + (n % 9))]
      })
      return dayDocument(METER, day, points)
    })
    store(days)
    const { points } = await readHistory({ meter: METER, from: '20261001', to: '20261120' }, boardCall())
    expect(points.length).toBeLessThanOrEqual(500)
    expect(points.length).toBeGreaterThan(400)
    expect(points.map(([, value]) => value)).toContain('-5')
    expect(points.map(([at]) => at)).toEqual(points.map(([at]) => at).sort((a, b) => a - b))
  })

  it.each([
    [1, 2],
    [90, 2],
    [100, 2],
    [101, 3],
    [761, 9],
  ])('of %d days costs %d queries, however much there is', async (length, queries) => {
    const to = '20261120'
    const from = addDays(to, 1 - length)
    store(eachDay(addDays(to, -800), to).map(day => dayDocument(METER, day, null)))
    const call = boardCall()
    const { days } = await readHistory({ meter: METER, from, to }, call)
    expect(days).toHaveLength(length)
    expect(days.map(({ day }) => day)).toEqual(eachDay(from, to))
    expect(call.tally).toEqual({ upstreamCalls: 0, databaseReads: queries, databaseWrites: 0 })
  })
})
