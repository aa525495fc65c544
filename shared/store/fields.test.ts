import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import * as v from 'valibot'
import { parseDecimal } from '../meter/decimal'
import { count, decimal, instant } from './fields'

describe('a stored decimal', () => {
  it('is one that meter/decimal.ts reckons with, and no other', () => {
    const digits = fc.string({ unit: fc.constantFrom('0', '9', '.', '-', 'e', ' '), maxLength: 12 })
    const long = fc.integer({ min: 95, max: 105 }).map(length => '1'.repeat(length))
    fc.assert(
      fc.property(fc.oneof(digits, long, fc.double().map(String)), text => {
        expect(v.is(decimal, text)).toBe(parseDecimal(text) !== undefined)
      }),
    )
  })

  it.each<[unknown]>([[1], [null], [undefined], [''], ['1\n']])('is not %p', value => {
    expect(v.is(decimal, value)).toBe(false)
  })
})

describe('a stored number', () => {
  it.each<[unknown, boolean, boolean]>([
    [0, true, true],
    [1_789_000_000_123, true, true],
    [2 ** 53 - 1, true, true],
    [-1, true, false],
    [2 ** 53, false, false],
    [0.5, false, false],
    [Number.NaN, false, false],
    ['1', false, false],
    [null, false, false],
  ])('%p: as an instant %p, as a count %p', (value, isInstant, isCount) => {
    expect([v.is(instant, value), v.is(count, value)]).toEqual([isInstant, isCount])
  })
})
