import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import * as v from 'valibot'
import { cursorFor, LONGEST_CURSOR, placeFrom } from './cursor'

const schema = v.strictObject({ page: v.pipe(v.number(), v.safeInteger(), v.minValue(1)), done: v.boolean() })
const places = fc.record({ page: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), done: fc.boolean() })
const refusal = expect.objectContaining({
  code: 'INVALID_ARGUMENT',
  fields: [expect.objectContaining({ path: 'cursor' })],
})

describe('a cursor', () => {
  it('gives back the place, to the same question only', () => {
    fc.assert(
      fc.property(places, fc.array(fc.string()), fc.string(), (place, question, other) => {
        const cursor = cursorFor(question, place)
        expect(cursor).toMatch(/^[\w-]+$/)
        expect(placeFrom(cursor, question, schema)).toEqual(place)
        expect(() => placeFrom(cursor, [...question, other], schema)).toThrow(refusal)
      }),
    )
  })

  it('that anyone made up is refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.string({ unit: 'binary' })), cursor => {
        expect(() => placeFrom(cursor, ['q'], schema)).toThrow(refusal)
      }),
    )
  })

  it('that was tampered with names a possible place, or is refused', () => {
    const good = cursorFor(['q'], { page: 12, done: false })
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.constantFrom(...'ABCwxyz0189-_.'), (at, char) => {
        try {
          const place = placeFrom(good.slice(0, at) + char + good.slice(at + 1), ['q'], schema)
          expect(v.is(schema, place)).toBe(true)
        } catch (error) {
          expect(error).toEqual(refusal)
        }
      }),
    )
  })

  it.each<[string, unknown]>([
    ['a key too many', { page: 1, done: true, extra: 1 }],
    ['a key too few', { page: 1 }],
    ['another type', { page: '1', done: true }],
    ['a page before the first', { page: 0, done: true }],
    ['a polluting key', JSON.parse('{"page":1,"done":true,"__proto__":{"x":1}}')],
    ['no object', null],
  ])('with %s is refused', (_name, place) => {
    expect(() => placeFrom(cursorFor(['q'], place), ['q'], schema)).toThrow(refusal)
  })

  it('of too great a length is refused', () => {
    const place = { page: 1, done: true, padding: ' '.repeat(LONGEST_CURSOR) }
    expect(() => placeFrom(cursorFor(['q'], place), ['q'], v.any())).toThrow(refusal)
  })
})
