import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { compareDecimals, decimalFromCents } from './decimal'
import { DEFAULT_THRESHOLDS, fullAfter, levelOf, orderOf, rankOf } from './level'
import type { Kind, Level, Standing } from './reading'

const meter = (kind: Kind, value: string, whole: string | null) => ({
  kind,
  value,
  limit: kind === 'balance' ? null : whole,
  full: kind === 'balance' ? whole : null,
})
const cents = (most: number) => fc.integer({ min: -most, max: most })
const decimal = (units: number) => decimalFromCents(units) ?? ''
/** From the most to the least urgent. */
const LEVELS: Level[] = ['exhausted', 'critical', 'low', 'ok']

describe('levelOf', () => {
  describe.each(['balance', 'allowance', 'credit'] as const)('of a %s', kind => {
    it.each([
      ['100', '1000.00', 'low'],
      ['200.00', '1000', 'low'],
      ['200.01', '1000', 'ok'],
      ['50', '1000', 'critical'],
      ['50.01', '1000', 'low'],
      ['0.01', '1000', 'critical'],
      ['0', '1000', 'exhausted'],
      ['-0.00', '1000', 'exhausted'],
      ['-3', '1000', 'exhausted'],
      ['1200', '1000', 'ok'],
      ['1', null, 'ok'],
      ['1', '0', 'ok'],
      ['1', '-5', 'ok'],
      ['0', null, 'exhausted'],
      ['-1', '0.00', 'exhausted'],
    ] as const)('%s of %s is %s', (value, whole, level) => {
      expect(levelOf(meter(kind, value, whole))).toBe(level)
    })
  })

  it.each([
    ['0', '100', 'ok'],
    ['79.99', '100', 'ok'],
    ['80', '100', 'low'],
    ['95', '100', 'critical'],
    ['99.99', '100', 'critical'],
    ['100', '100', 'exhausted'],
    ['130', '100', 'exhausted'],
    ['-20', '100', 'ok'],
    ['130', null, 'ok'],
    ['0', null, 'ok'],
    ['-1', null, 'ok'],
    ['0', '0', 'exhausted'],
    ['-1', '0', 'ok'],
  ] as const)('of a usage that used %s of %s is %s', (value, limit, level) => {
    expect(levelOf(meter('usage', value, limit))).toBe(level)
  })

  it('compares a balance with its top-up alone, the others with their limit alone', () => {
    expect(levelOf({ kind: 'balance', value: '10', limit: '10', full: '1000' })).toBe('critical')
    expect(levelOf({ kind: 'balance', value: '10', limit: '1000', full: null })).toBe('ok')
    expect(levelOf({ kind: 'allowance', value: '10', limit: '1000', full: '10' })).toBe('critical')
    expect(levelOf({ kind: 'credit', value: '10', limit: null, full: '1000' })).toBe('ok')
    expect(levelOf({ kind: 'usage', value: '990', limit: '1000', full: '10' })).toBe('critical')
  })

  it('is exact beyond what a double tells apart', () => {
    expect(levelOf(meter('balance', '18014398509481986.2', '90071992547409931'))).toBe('low')
    expect(levelOf(meter('balance', '18014398509481986.201', '90071992547409931'))).toBe('ok')
  })

  it('takes thresholds with decimals, and 0 for none', () => {
    expect(levelOf(meter('credit', '12.5', '100'), { lowPercent: 12.5, criticalPercent: 0 })).toBe('low')
    expect(levelOf(meter('credit', '12.51', '100'), { lowPercent: 12.5, criticalPercent: 0 })).toBe('ok')
    expect(levelOf(meter('credit', '0.01', '100'), { lowPercent: 0, criticalPercent: 0 })).toBe('ok')
    expect(levelOf(meter('credit', '0', '100'), { lowPercent: 0, criticalPercent: 0 })).toBe('exhausted')
  })

  it('throws for what is no percentage, and no decimal', () => {
    expect(() => levelOf(meter('credit', '1', '2'), { lowPercent: Number.NaN, criticalPercent: 5 })).toThrow(RangeError)
    expect(() => levelOf(meter('credit', 'x', '2'))).toThrow(RangeError)
    expect(() => levelOf(meter('credit', '1', ''))).toThrow(RangeError)
  })

  it('is never more urgent with more left', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Kind>('balance', 'allowance', 'credit', 'usage'),
        cents(10_000),
        fc.nat(2000),
        fc.option(cents(10_000), { nil: null }),
        (kind, value, more, whole) => {
          const limit = whole === null ? null : decimal(whole)
          const [less, plenty] = kind === 'usage' ? [value + more, value] : [value, value + more]
          const urgency = (units: number) => LEVELS.indexOf(levelOf(meter(kind, decimal(units), limit)))
          expect(urgency(plenty)).toBeGreaterThanOrEqual(urgency(less))
        },
      ),
    )
  })

  it('agrees with integer percent', () => {
    fc.assert(
      fc.property(
        cents(1500),
        fc.integer({ min: 1, max: 1000 }),
        fc.nat(100),
        fc.nat(100),
        (value, whole, low, crit) => {
          const isAtMost = (percent: number) => value * 100 <= whole * percent
          const expected = value <= 0 ? 'exhausted' : isAtMost(crit) ? 'critical' : isAtMost(low) ? 'low' : 'ok'
          const thresholds = { lowPercent: low, criticalPercent: crit }
          expect(levelOf(meter('allowance', String(value), `${whole}.0`), thresholds)).toBe(expected)
        },
      ),
    )
    expect(DEFAULT_THRESHOLDS).toEqual({ lowPercent: 20, criticalPercent: 5 })
  })
})

describe('fullAfter', () => {
  it.each([
    [null, '80', '80'],
    [{ value: null, full: null }, '80', '80'],
    [{ value: '70', full: '100' }, '80', '80'],
    [{ value: '70', full: '100' }, '170', '170'],
    [{ value: '3', full: '100' }, '50', '50'],
    [{ value: '3', full: '100' }, '49.99', '100'],
    [{ value: '90', full: '100' }, '80', '100'],
    [{ value: '80.0', full: '100' }, '80', '100'],
    [{ value: '90', full: null }, '80', '90'],
    [{ value: '90', full: '60' }, '80', '80'],
    [{ value: '5', full: '100' }, '-5', '100'],
  ])('after %j at %s is %s', (previous, value, full) => {
    expect(fullAfter(previous, value)).toBe(full)
  })

  it('is what the last rise to half of it led to, and never below the value', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { minLength: 1 }), values => {
        let previous: { value: string; full: string } | null = null
        let expected = Number.NEGATIVE_INFINITY
        let last = Number.NEGATIVE_INFINITY
        for (const value of values) {
          const full = fullAfter(previous, decimal(value))
          if (value >= expected || (value > last && 2 * value >= expected)) expected = value
          expect(full).toBe(decimal(expected))
          expect(compareDecimals(full, decimal(value))).toBeGreaterThanOrEqual(0)
          previous = { value: decimal(value), full }
          last = value
        }
      }),
    )
  })
})

describe('orderOf', () => {
  it.each([
    ['balance', '500', '1000', 500],
    ['balance', '1.999', '1000', 1],
    ['balance', '0.5', '1000', 0],
    ['balance', '999.99', '1000', 999],
    ['credit', '1500', '1000', 1000],
    ['allowance', '1000.0', '1000', 1000],
    ['allowance', '-5', '1000', 0],
    ['usage', '250', '1000', 750],
    ['usage', '1250', '1000', 0],
    ['usage', '-250', '1000', 1000],
    ['usage', '250', null, 2000],
    ['balance', '250', null, 2000],
    ['credit', '250', '0', 2000],
    ['allowance', '-1', '-5', 2000],
  ] as const)('of a %s of %s with %s is %d', (kind, value, whole, order) => {
    expect(orderOf(meter(kind, value, whole))).toBe(order)
  })

  it('cannot be said without a value', () => {
    expect(orderOf({ kind: 'balance', value: null, limit: null, full: '1000' })).toBe(2000)
    expect(orderOf({ kind: 'usage', value: null, limit: '1000', full: null })).toBe(2000)
  })

  it('takes amounts of any length', () => {
    expect(orderOf(meter('balance', '9'.repeat(100), `0.${'0'.repeat(99)}1`))).toBe(1000)
    expect(orderOf(meter('balance', `-${'9'.repeat(100)}`, `0.${'0'.repeat(99)}1`))).toBe(0)
    expect(orderOf(meter('balance', `3${'0'.repeat(99)}`, `9${'0'.repeat(99)}`))).toBe(333)
  })

  it('is the thousandths left, rounded down', () => {
    fc.assert(
      fc.property(cents(3000), fc.integer({ min: 1, max: 2500 }), (left, whole) => {
        const expected = Math.min(1000, Math.max(0, Math.floor((left * 1000) / whole)))
        expect(orderOf(meter('credit', decimal(left), decimal(whole)))).toBe(expected)
        expect(orderOf(meter('usage', decimal(whole - left), decimal(whole)))).toBe(expected)
      }),
    )
  })
})

describe('rankOf', () => {
  it('sorts by urgency', () => {
    const sorted: [Standing, Level | null][] = [
      ['current', 'exhausted'],
      ['current', 'critical'],
      ['current', 'low'],
      ['failing', null],
      ['stale', null],
      ['no-data', null],
      ['current', 'ok'],
      ['not-granted', null],
      ['not-applicable', null],
    ]
    expect(sorted.map(([standing, level]) => rankOf(standing, level))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('looks at the level in standing current only, where none is like ok', () => {
    expect(rankOf('failing', 'exhausted')).toBe(3)
    expect(rankOf('not-applicable', 'critical')).toBe(8)
    expect(rankOf('current', null)).toBe(6)
  })
})
