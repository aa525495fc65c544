import { describe, expect, it } from '@jest/globals'
import * as v from 'valibot'
import { advance, placeSchema, START, totalAt } from './place'

describe('a place', () => {
  it('goes through the pages of a month, then to the next month', () => {
    const second = advance(START, 60)
    expect(second).toEqual({ month: 0, page: 1, total: 60, earlier: 0, changed: false })
    expect(totalAt(second)).toBe(60)
    const next = advance(second, 60)
    expect(next).toEqual({ month: 1, page: 0, earlier: 60, changed: false })
    expect(totalAt(advance(next, 0))).toBe(60)
  })

  it.each([0, 1, 50])('leaves a month of %d records after one page', total => {
    expect(advance(START, total)).toEqual({ month: 1, page: 0, earlier: total, changed: false })
  })

  it('remembers for good that a total changed', () => {
    const grown = advance(advance(START, 60), 101)
    expect(grown).toEqual({ month: 0, page: 2, total: 101, earlier: 0, changed: true })
    expect(advance(grown, 101)).toMatchObject({ month: 1, earlier: 101, changed: true })
  })

  it.each([
    { ...START, month: -1 },
    { ...START, page: 1 },
    { ...START, total: 60 },
    { ...START, page: 2, total: 100 },
    { ...START, page: 1, total: undefined },
    { ...START, earlier: 0.5 },
    { ...START, changed: 'no' },
    { ...START, more: 1 },
    null,
  ])('that cannot be is refused: %j', place => {
    expect(v.is(placeSchema, place)).toBe(false)
  })

  it.each([START, advance(START, 51), advance(START, 0)])('that can be is taken: %j', place => {
    expect(v.is(placeSchema, place)).toBe(true)
  })
})
