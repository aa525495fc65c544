import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  addDecimals,
  compareDecimals,
  decimalFromCents,
  equalDecimals,
  parseDecimal,
  subtractDecimals,
} from './decimal'

describe('decimalFromCents', () => {
  it.each([
    [36365911, '363659.11'],
    [0, '0.00'],
    [-0, '0.00'],
    [5, '0.05'],
    [-5, '-0.05'],
    [-100, '-1.00'],
    [12.5, '0.125'],
    [-0.1, '-0.001'],
    [0.000001, '0.00000001'],
    [1234567890123.45, '12345678901.2345'],
    [Number.MAX_SAFE_INTEGER, '90071992547409.91'],
    [Number.MIN_SAFE_INTEGER, '-90071992547409.91'],
  ])('writes %d cents as %s', (cents, decimal) => {
    expect(decimalFromCents(cents)).toBe(decimal)
  })

  it.each([
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    2 ** 53,
    -(2 ** 53),
    1e300,
    1e-7,
    0.1 + 0.2,
    12345678901234.56,
  ])('knows no exact decimal for %d', cents => {
    expect(decimalFromCents(cents)).toBeUndefined()
  })

  it('keeps every safe integer exact', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), cents => {
        const decimal = decimalFromCents(cents) ?? ''
        expect(decimal).toMatch(/^-?\d+\.\d\d$/)
        expect(BigInt(decimal.replace('.', ''))).toBe(BigInt(cents))
      }),
    )
  })

  it('keeps every fraction of up to 15 digits exact', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -99_999_999, max: 99_999_999 }),
        fc.integer({ min: 1, max: 6 }),
        (units, places) => {
          const cents = Number(`${units}e-${places}`)
          fc.pre(!Number.isInteger(cents) && Math.abs(cents) >= 1e-6)
          const decimal = decimalFromCents(cents) ?? ''
          expect(equalDecimals(decimal, plain(units, places + 2))).toBe(true)
        },
      ),
    )
  })
})

/** `units` shifted `places` to the right, by string alone. */
function plain(units: number, places: number): string {
  const digits = String(Math.abs(units)).padStart(places + 1, '0')
  return `${units < 0 ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`
}

describe('parseDecimal', () => {
  it.each([
    ['12.30', 1230n, 2],
    ['-0.05', -5n, 2],
    ['007', 7n, 0],
    ['-0', 0n, 0],
  ])('reads %s', (decimal, units, scale) => {
    expect(parseDecimal(decimal)).toEqual({ units, scale })
  })

  it.each(['', ' 1', '1 ', '+1', '.5', '1.', '1e3', '1,000', '0x10', 'NaN', '--1', '1.2.3', '1\n', '9'.repeat(101)])(
    'refuses %j',
    decimal => {
      expect(parseDecimal(decimal)).toBeUndefined()
    },
  )
})

const decimals = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat({ max: 12 }))
  .map(([units, scale]) => {
    const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0')
    const point = digits.length - scale
    return `${units < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`
  })

describe('arithmetic', () => {
  it.each([
    ['500.28', '100.01', '600.29'],
    ['0.1', '0.2', '0.3'],
    ['10', '-0.050', '9.950'],
    ['-1.00', '1', '0.00'],
  ])('adds %s and %s', (left, right, sum) => {
    expect(addDecimals(left, right)).toBe(sum)
  })

  it.each([
    ['10000', '580.08', '9419.92'],
    ['10000', '-580.08', '10580.08'],
    ['1', '1.00', '0.00'],
    ['0', '0.01', '-0.01'],
  ])('subtracts from %s the amount %s', (left, right, difference) => {
    expect(subtractDecimals(left, right)).toBe(difference)
  })

  it.each([
    ['10.1', '10.10', 0],
    ['-0', '0.00', 0],
    ['-2', '1', -1],
    ['10', '9.99', 1],
  ])('compares %s with %s', (left, right, order) => {
    expect(compareDecimals(left, right)).toBe(order)
    expect(equalDecimals(left, right)).toBe(order === 0)
  })

  it('throws for what is no decimal', () => {
    expect(() => addDecimals('1', 'x')).toThrow(RangeError)
    expect(() => subtractDecimals('', '1')).toThrow(RangeError)
    expect(() => compareDecimals('1e3', '1')).toThrow(RangeError)
  })

  it('takes back what it added, and keeps the larger number of decimals', () => {
    fc.assert(
      fc.property(decimals, decimals, (a, b) => {
        const sum = addDecimals(a, b)
        expect(sum).toBe(addDecimals(b, a))
        expect(equalDecimals(subtractDecimals(sum, b), a)).toBe(true)
        expect(parseDecimal(sum)?.scale).toBe(Math.max(parseDecimal(a)?.scale ?? -1, parseDecimal(b)?.scale ?? -1))
        expect(compareDecimals(a, b)).toBe(0 - compareDecimals(b, a))
      }),
    )
  })
})
