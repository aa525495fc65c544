import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { isDay, isSameMonth, splitByMonth } from './day'

const DAY_MS = 86_400_000
const asDay = (ms: number) => new Date(ms).toISOString().slice(0, 10).replaceAll('-', '')
const days = fc.integer({ min: 0, max: 40_000 }).map(number => number * DAY_MS)

describe('isDay', () => {
  it.each(['20240229', '20000229', '20230930', '19700101', '99991231'])('takes %s', day => {
    expect(isDay(day)).toBe(true)
  })

  it.each([
    '20230229',
    '21000229',
    '20230431',
    '20230001',
    '20231301',
    '20230100',
    '20230132',
    '19691231',
    '00000101',
    '2023-9-1',
    '2023090',
    '202309011',
    ' 20230901',
    '20230901\n',
    '２０２３０９０１',
    '',
  ])('refuses %j', day => {
    expect(isDay(day)).toBe(false)
  })

  it('agrees with the calendar of Date', () => {
    fc.assert(
      fc.property(fc.nat(9999), fc.nat(13), fc.nat(32), (year, month, date) => {
        const day = [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(date).padStart(2, '0')]
        const parsed = new Date(`${day.join('-')}T00:00:00Z`)
        const exists = !Number.isNaN(parsed.getTime()) && asDay(parsed.getTime()) === day.join('') && year >= 1970
        expect(isDay(day.join(''))).toBe(exists)
      }),
    )
  })
})

describe('isSameMonth', () => {
  it('looks at year and month', () => {
    expect(isSameMonth('20231101', '20231130')).toBe(true)
    expect(isSameMonth('20231130', '20231201')).toBe(false)
    expect(isSameMonth('20221101', '20231101')).toBe(false)
  })
})

describe('splitByMonth', () => {
  it('cuts at month ends', () => {
    expect(splitByMonth('20231115', '20240301')).toEqual([
      { start: '20231115', end: '20231130' },
      { start: '20231201', end: '20231231' },
      { start: '20240101', end: '20240131' },
      { start: '20240201', end: '20240229' },
      { start: '20240301', end: '20240301' },
    ])
  })

  it('leaves one month whole, and has nothing for an end before the start', () => {
    expect(splitByMonth('20230902', '20230930')).toEqual([{ start: '20230902', end: '20230930' }])
    expect(splitByMonth('20230902', '20230901')).toEqual([])
  })

  it('ends at the end of the calendar', () => {
    expect(splitByMonth('99991130', '99991231')).toEqual([
      { start: '99991130', end: '99991130' },
      { start: '99991201', end: '99991231' },
    ])
  })

  it('covers every day once, each span in one month', () => {
    fc.assert(
      fc.property(days, fc.nat(800), (from, length) => {
        const spans = splitByMonth(asDay(from), asDay(from + length * DAY_MS))
        const covered: string[] = []
        for (const { start, end } of spans) {
          expect(isSameMonth(start, end)).toBe(true)
          const first = Date.parse(`${start.slice(0, 4)}-${start.slice(4, 6)}-${start.slice(6)}`)
          for (let ms = first; asDay(ms) <= end; ms += DAY_MS) covered.push(asDay(ms))
        }
        expect(covered).toEqual(Array.from({ length: length + 1 }, (_, index) => asDay(from + index * DAY_MS)))
      }),
      { numRuns: 50 },
    )
  })
})
