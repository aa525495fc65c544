import { describe, expect, test } from '@jest/globals'
import { EJSON } from 'bson'
import fc from 'fast-check'
import { parseStored, stringifyEjson } from './ejson'

const field = fc.string({ unit: 'grapheme' }).filter(name => !/^\$|^$|\.|^__proto__$/.test(name))
const number = fc.double().filter(value => Number.isSafeInteger(value) || !Number.isInteger(value))
const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  number,
  fc.maxSafeInteger(),
  fc.integer(),
  fc.string({ unit: 'binary' }),
  fc.date({ noInvalidDate: true }),
)
const { document } = fc.letrec<{ value: unknown; document: Record<string, unknown> }>(tie => ({
  value: fc.oneof({ maxDepth: 4 }, scalar, fc.array(tie('value'), { maxLength: 4 }), tie('document')),
  document: fc.dictionary(field, tie('value'), { maxKeys: 5, noNullPrototype: true }),
}))

describe('EJSON of what can be stored', () => {
  test("is bson's, letter for letter", () => {
    fc.assert(
      fc.property(document, value => {
        expect(stringifyEjson(value)).toBe(EJSON.stringify(value, { relaxed: false }))
      }),
    )
  })

  test('comes back as it was', () => {
    fc.assert(
      fc.property(document, value => {
        expect(parseStored(stringifyEjson(value))).toEqual(value)
      }),
    )
  })

  test.each([
    ['a regular expression', { a: /b/i }],
    ['nothing in a list', { a: [undefined, 1] }],
    ['nothing at all', { a: undefined }],
  ])('is bson’s for %s as well', (_, value) => {
    expect(stringifyEjson(value)).toBe(EJSON.stringify(value, { relaxed: false }))
  })

  test('of a type that is never stored is not read', () => {
    expect(() => parseStored('{"a":{"$oid":"5a4db0c50000000000000000"}}')).toThrow('type $oid')
    expect(() => parseStored('[]')).toThrow('not an object')
  })
})
