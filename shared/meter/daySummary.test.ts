import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type DaySummary, type Recorded, summarize } from './daySummary'
import {
  addDecimals,
  compareDecimals,
  decimalFromCents,
  equalDecimals,
  parseDecimal,
  subtractDecimals,
} from './decimal'
import type { Kind } from './reading'

const point = (value: string, more: Partial<Recorded> = {}): Recorded => ({
  value,
  period: null,
  limit: null,
  returned: null,
  ...more,
})

/** The summary of a day of these points after `previous`. */
function dayOf(kind: Kind, previous: Recorded | null, points: Recorded[]): DaySummary {
  let summary: DaySummary | null = null
  let last = previous
  for (const next of points) {
    summary = summarize(summary, kind, last, next)
    last = next
  }
  if (!summary) throw new Error('a day of no points')
  return summary
}

const day = (kind: Kind, previous: string | null, ...values: string[]) =>
  dayOf(
    kind,
    previous === null ? null : point(previous),
    values.map(value => point(value)),
  )
const sums = ({ consumed, added, returned }: DaySummary) => [consumed, added, returned]

describe('summarize', () => {
  it('takes the first point ever for an open without a change', () => {
    expect(day('balance', null, '10.50')).toEqual({
      open: '10.50',
      close: '10.50',
      min: '10.50',
      max: '10.50',
      consumed: '0',
      added: '0',
      returned: '0',
      count: 1,
    })
  })

  it('counts the change since the day before into the day, and opens with its value', () => {
    expect(day('balance', '100', '97.5', '90', '190', '185')).toEqual({
      open: '100',
      close: '185',
      min: '90',
      max: '190',
      consumed: '15.0',
      added: '100',
      returned: '0',
      count: 4,
    })
  })

  it.each(['balance', 'allowance', 'credit'] as const)('takes a fall of %s for consumed, a rise for added', kind => {
    expect(sums(day(kind, '10', '7', '9', '-1'))).toEqual(['13', '2', '0'])
  })

  it('takes more decimals alone for no change', () => {
    expect(day('balance', '10.1', '10.10', '10.1')).toMatchObject({
      min: '10.1',
      max: '10.1',
      consumed: '0',
      added: '0',
    })
    expect(sums(day('usage', '10.1', '10.10'))).toEqual(['0', '0', '0'])
  })

  it('keeps the larger number of decimals', () => {
    expect(sums(day('balance', '10', '9.5', '8', '7.25', '5'))).toEqual(['5.00', '0', '0'])
  })

  it('goes on from the close where nothing else of the point before is known', () => {
    const soFar = day('balance', '100', '90')
    expect(summarize(soFar, 'balance', null, point('85'))).toEqual(day('balance', '100', '90', '85'))
  })

  it('leaves what it was given as it was', () => {
    const soFar = Object.freeze(summarize(null, 'balance', null, point('5')))
    expect(summarize(soFar, 'balance', Object.freeze(point('5')), Object.freeze(point('4'))).consumed).toBe('1')
  })

  it('throws for what is no decimal', () => {
    expect(() => summarize(null, 'balance', null, point('x'))).toThrow(RangeError)
    expect(() => summarize(null, 'usage', point('1', { returned: '' }), point('2', { returned: '1' }))).toThrow(
      RangeError,
    )
  })
})

describe('a usage', () => {
  it('without returns: a rise is consumed, a fall returned', () => {
    expect(sums(day('usage', '10', '14', '13', '20'))).toEqual(['11', '0', '1'])
  })

  it('with returns on one side only is taken as without', () => {
    expect(sums(dayOf('usage', point('10'), [point('14', { returned: '2' })]))).toEqual(['4', '0', '0'])
    expect(sums(dayOf('usage', point('10', { returned: '2' }), [point('9')]))).toEqual(['0', '0', '1'])
  })

  it('with returns: a charge and a return between two points are both seen', () => {
    const points = [point('12', { returned: '3' }), point('12', { returned: '5' })]
    expect(sums(dayOf('usage', point('10', { returned: '1' }), points))).toEqual(['6', '0', '4'])
  })

  it('counts a return that was taken back as consumed, a charge that was taken back as returned', () => {
    expect(sums(dayOf('usage', point('10', { returned: '3' }), [point('12', { returned: '1' })]))).toEqual([
      '2',
      '0',
      '0',
    ])
    expect(sums(dayOf('usage', point('10', { returned: '3' }), [point('7', { returned: '3' })]))).toEqual([
      '0',
      '0',
      '3',
    ])
  })
})

describe('a change of period', () => {
  const october = point('3', { period: '202610', limit: '20', returned: '2' })
  const november = (value: string, more: Partial<Recorded> = {}) => point(value, { period: '202611', ...more })

  it.each([
    ['18', '20', '2'],
    ['18.5', '20', '1.5'],
    ['20', '20', '0'],
    ['2', '20', '18'],
    ['25', '20', '0'],
    ['18', null, '0'],
    ['-5', '-1', '0'],
  ])('of an allowance at %s of %s has consumed %s', (value, limit, consumed) => {
    expect(sums(dayOf('allowance', october, [november(value, { limit })]))).toEqual([consumed, '0', '0'])
  })

  it('of a usage starts from 0', () => {
    expect(sums(dayOf('usage', october, [november('4')]))).toEqual(['4', '0', '0'])
    expect(sums(dayOf('usage', october, [november('4', { returned: '1' })]))).toEqual(['5', '0', '1'])
    expect(sums(dayOf('usage', { ...october, returned: null }, [november('4', { returned: '1' })]))).toEqual([
      '5',
      '0',
      '1',
    ])
    expect(sums(dayOf('usage', october, [november('-1')]))).toEqual(['0', '0', '1'])
  })

  it('happens between two known periods only', () => {
    const unknown = { ...october, period: null }
    expect(sums(dayOf('allowance', unknown, [november('1', { limit: '20' })]))).toEqual(['2', '0', '0'])
    expect(sums(dayOf('allowance', november('5'), [{ ...unknown, value: '4' }]))).toEqual(['1', '0', '0'])
    expect(sums(dayOf('allowance', november('5'), [november('4', { limit: '20' })]))).toEqual(['1', '0', '0'])
    expect(sums(dayOf('usage', november('5'), [november('4')]))).toEqual(['0', '0', '1'])
  })

  it.each(['balance', 'credit'] as const)('means nothing to a %s', kind => {
    expect(sums(dayOf(kind, october, [november('1', { limit: '20' })]))).toEqual(['2', '0', '0'])
  })

  it('opens with the value of the period before', () => {
    expect(dayOf('usage', october, [november('4')])).toMatchObject({ open: '3', min: '3', max: '4', close: '4' })
  })
})

const amount = fc
  .tuple(fc.integer({ min: -5000, max: 5000 }), fc.nat(2))
  .map(([units, extra]) => `${decimalFromCents(units)}${'0'.repeat(extra)}`)
const positive = fc.nat(500).map(units => decimalFromCents(units) ?? '')
const recorded = fc.record({
  value: amount,
  period: fc.constantFrom('202610', '202611', null),
  limit: fc.option(amount, { nil: null }),
  returned: fc.option(positive, { nil: null }),
})
const kinds = fc.constantFrom<Kind>('balance', 'allowance', 'credit', 'usage')
const some = <T>(values: fc.Arbitrary<T>) => fc.array(values, { minLength: 1, maxLength: 20 })
const zero = (decimal: string) => equalDecimals(decimal, '0')
const scaleOf = (decimal: string) => parseDecimal(decimal)?.scale ?? -1

describe('any day', () => {
  it.each(['balance', 'credit', 'allowance'] as const)('of a %s closes with open less consumed plus added', kind => {
    fc.assert(
      fc.property(amount, some(amount), (previous, values) => {
        const summary = dayOf(
          kind,
          point(previous),
          values.map(value => point(value)),
        )
        const { open, close, consumed, added, returned } = summary
        expect(equalDecimals(close, addDecimals(subtractDecimals(open, consumed), added))).toBe(true)
        expect([open, close, zero(returned)]).toEqual([previous, values.at(-1), true])
      }),
    )
  })

  it('of a usage closes with open plus consumed less returned', () => {
    fc.assert(
      fc.property(recorded, some(recorded), (previous, points) => {
        const summary = dayOf(
          'usage',
          { ...previous, period: 'p' },
          points.map(each => ({ ...each, period: 'p' })),
        )
        const { open, close, consumed, added, returned } = summary
        expect(equalDecimals(close, subtractDecimals(addDecimals(open, consumed), returned))).toBe(true)
        expect(zero(added)).toBe(true)
      }),
    )
  })

  it('of a usage tells charges from returns', () => {
    const steps = some(fc.tuple(fc.nat(500), fc.nat(500)))
    fc.assert(
      fc.property(steps, changes => {
        let [charged, returned] = [1000, 100]
        const at = () => point(String(charged - returned), { returned: String(returned) })
        const first = at()
        const points = changes.map(([charge, back]) => {
          charged += charge
          returned += back
          return at()
        })
        expect(sums(dayOf('usage', first, points))).toEqual([String(charged - 1000), '0', String(returned - 100)])
      }),
    )
  })

  it('has sums that never shrink nor lose decimals, and the extremes of all its points', () => {
    fc.assert(
      fc.property(kinds, fc.option(recorded, { nil: null }), some(recorded), (kind, previous, points) => {
        let summary: DaySummary | null = null
        let last = previous
        for (const next of points) {
          const before: DaySummary = summary ?? { ...summarize(null, kind, null, next), consumed: '0', added: '0' }
          summary = summarize(summary, kind, last, next)
          for (const sum of ['consumed', 'added', 'returned'] as const) {
            expect(compareDecimals(summary[sum], before[sum])).toBeGreaterThanOrEqual(0)
            expect(scaleOf(summary[sum])).toBeGreaterThanOrEqual(scaleOf(before[sum]))
          }
          last = next
        }
        const values = [...(previous ? [previous] : []), ...points].map(({ value }) => value).sort(compareDecimals)
        expect(compareDecimals(summary?.min ?? '', values[0] ?? '')).toBe(0)
        expect(compareDecimals(summary?.max ?? '', values.at(-1) ?? '')).toBe(0)
        expect([summary?.open, summary?.count]).toEqual([(previous ?? points[0])?.value, points.length])
      }),
    )
  })

  it('is the same whether it was summed up in one go or resumed from what was stored', () => {
    fc.assert(
      fc.property(kinds, recorded, some(recorded), fc.array(fc.boolean()), (kind, previous, points, crashes) => {
        let summary: DaySummary | null = null
        let last = previous
        points.forEach((next, index) => {
          const written = summarize(summary, kind, last, next)
          const again = summarize(structuredClone(summary), kind, structuredClone(last), structuredClone(next))
          summary = crashes[index] ? again : written
          last = next
        })
        expect(summary).toEqual(dayOf(kind, previous, points))
      }),
    )
  })

  it('with the day after has consumed, added and got back what both had as one', () => {
    fc.assert(
      fc.property(kinds, recorded, some(recorded), some(recorded), (kind, previous, monday, tuesday) => {
        const one = dayOf(kind, previous, [...monday, ...tuesday])
        const first = dayOf(kind, previous, monday)
        const second = dayOf(kind, monday.at(-1) ?? null, tuesday)
        for (const sum of ['consumed', 'added', 'returned'] as const) {
          expect(equalDecimals(one[sum], addDecimals(first[sum], second[sum]))).toBe(true)
        }
        expect(second.open).toBe(first.close)
      }),
    )
  })
})
