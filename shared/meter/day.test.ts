import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  addDays,
  dayAt,
  eachDay,
  isDay,
  isSameMonth,
  monthsBefore,
  nextDayStart,
  nextMonthStart,
  splitByMonth,
  startOfDay,
} from './day'

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

const HOUR_MS = 3_600_000
const instants = fc.integer({ min: 0, max: 40_000 * DAY_MS })
const shanghai = (iso: string) => Date.parse(`${iso}+08:00`)

describe('the Shanghai day of an instant', () => {
  it('changes at midnight in Shanghai', () => {
    expect(dayAt(shanghai('2026-11-21T00:00:00'))).toBe('20261121')
    expect(dayAt(shanghai('2026-11-21T23:59:59.999'))).toBe('20261121')
    expect(dayAt(shanghai('2026-11-20T23:59:59.999'))).toBe('20261120')
    expect(startOfDay('20261121')).toBe(shanghai('2026-11-21T00:00:00'))
    expect(startOfDay('19700101')).toBe(-8 * HOUR_MS)
  })

  it('starts at or before the instant, and the next one after it, 24 hours later', () => {
    fc.assert(
      fc.property(instants, instant => {
        const day = dayAt(instant)
        expect(day).toBe(asDay(instant + 8 * HOUR_MS))
        expect(dayAt(startOfDay(day))).toBe(day)
        expect(startOfDay(day)).toBeLessThanOrEqual(instant)
        expect(nextDayStart(instant)).toBeGreaterThan(instant)
        expect(nextDayStart(instant)).toBe(startOfDay(day) + DAY_MS)
        expect(dayAt(nextDayStart(instant) - 1)).toBe(day)
      }),
    )
  })

  it('agrees with the time zone database', () => {
    const calendar = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' })
    // Summer time ended in 1991.
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1992), max: Date.UTC(2100) }), instant => {
        expect(dayAt(instant)).toBe(calendar.format(instant).replaceAll('-', ''))
      }),
    )
  })

  it('throws outside the calendar, and for what is no day', () => {
    expect(() => dayAt(-8 * HOUR_MS - 1)).toThrow(RangeError)
    expect(() => dayAt(shanghai('9999-12-31T23:59:59.999') + 1)).toThrow(RangeError)
    expect(() => dayAt(Number.NaN)).toThrow(RangeError)
    expect(() => startOfDay('20230229')).toThrow(RangeError)
    expect(() => addDays('99991231', 1)).toThrow(RangeError)
    expect(() => eachDay('20230101', 'x')).toThrow(RangeError)
    expect(() => monthsBefore('20230229', 1)).toThrow(RangeError)
    expect(() => monthsBefore('19700131', 1)).toThrow(RangeError)
  })
})

describe('addDays', () => {
  it.each([
    ['20240228', 1, '20240229'],
    ['20230228', 1, '20230301'],
    ['20240101', -1, '20231231'],
    ['20261121', 0, '20261121'],
    ['20261121', -35, '20261017'],
  ])('%s and %d days is %s', (day, count, expected) => {
    expect(addDays(day, count)).toBe(expected)
  })
})

describe('eachDay', () => {
  it('has both ends, and nothing for an end before the start', () => {
    expect(eachDay('20240228', '20240301')).toEqual(['20240228', '20240229', '20240301'])
    expect(eachDay('20240228', '20240228')).toEqual(['20240228'])
    expect(eachDay('20240228', '20240227')).toEqual([])
    expect(eachDay('20240228', '20230227')).toEqual([])
    expect(eachDay('99991230', '99991231')).toEqual(['99991230', '99991231'])
  })

  it('has one day after the other', () => {
    fc.assert(
      fc.property(days, fc.nat(800), (from, length) => {
        const start = asDay(from)
        expect(eachDay(start, addDays(start, length))).toEqual(
          Array.from({ length: length + 1 }, (_, index) => asDay(from + index * DAY_MS)),
        )
      }),
      { numRuns: 50 },
    )
  })
})

describe('monthsBefore', () => {
  it.each([
    ['20261121', 25, '20241021'],
    ['20261121', 0, '20261121'],
    ['20260131', 1, '20251231'],
    ['20260115', 12, '20250115'],
    ['20251231', 12, '20241231'],
    ['20240331', 1, '20240229'],
    ['20230331', 1, '20230228'],
    ['20240229', 12, '20230228'],
    ['20231231', 1, '20231130'],
  ])('%s less %d months is %s', (day, count, expected) => {
    expect(monthsBefore(day, count)).toBe(expected)
  })

  it('keeps the date, or takes the last of a shorter month', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10_000, max: 40_000 }), fc.nat(240), (number, count) => {
        const day = asDay(number * DAY_MS)
        const before = monthsBefore(day, count)
        const months = (of: string) => Number(of.slice(0, 4)) * 12 + Number(of.slice(4, 6))
        expect(isDay(before)).toBe(true)
        expect(months(day) - months(before)).toBe(count)
        if (before.slice(6) !== day.slice(6)) {
          expect(before < `${before.slice(0, 6)}${day.slice(6)}`).toBe(true)
          expect(isSameMonth(before, addDays(before, 1))).toBe(false)
        }
      }),
    )
  })
})

describe('nextMonthStart', () => {
  it.each([
    ['2026-11-30T23:59:59.999', '2026-12-01T00:00:00'],
    ['2026-11-01T00:00:00', '2026-12-01T00:00:00'],
    ['2026-12-31T23:00:00', '2027-01-01T00:00:00'],
    ['2024-01-31T12:00:00', '2024-02-01T00:00:00'],
  ])('after %s is %s', (instant, expected) => {
    expect(nextMonthStart(shanghai(instant))).toBe(shanghai(expected))
  })

  it('is the first instant of the month after', () => {
    fc.assert(
      fc.property(instants, instant => {
        const next = nextMonthStart(instant)
        expect(next).toBeGreaterThan(instant)
        expect(dayAt(next).slice(6)).toBe('01')
        expect(isSameMonth(dayAt(next - 1), dayAt(instant))).toBe(true)
      }),
    )
  })
})
