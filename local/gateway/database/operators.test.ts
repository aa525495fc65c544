import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Document } from './index'
import { refusal, type TestDatabase, testDatabase } from './testing'

let database: TestDatabase

beforeEach(() => {
  database = testDatabase()
})

afterEach(() => database.close())

describe('operators that are not known are refused, with or without documents', () => {
  const query = (value: Document) => () => database.all(value)
  const change = (value: Document) => () => database.update({}, value)
  const stage = (...stages: Document[]) => {
    return () => database.engine.aggregate({ collection: 'c', stages })
  }

  test.each([
    ['$foo', query({ $foo: 1 })],
    ['$foo', query({ a: { $foo: 1 } })],
    ['$foo', query({ $or: [{ a: { $not: { $foo: 1 } } }] })],
    ['$foo', query({ a: { $elemMatch: { b: { $foo: 1 } } } })],
    ['$foo', query({ $expr: { $gt: ['$a', { $foo: 1 }] } })],
    ['$where', query({ $where: 'true' })],
    ['$near', query({ at: { $near: 1 } })],
    ['$setOnInsert', change({ $setOnInsert: { a: 1 } })],
    ['$currentDate', change({ $currentDate: { a: true } })],
    ['$foo', change({ $push: { a: { $each: [], $foo: 1 } } })],
    ['$foo', change({ $foo: { a: 1 } })],
    ['a', change({ a: 1 })],
    ['$foo', stage({ $foo: 1 })],
    ['$out', stage({ $out: 'other' })],
    ['$merge', stage({ $merge: 'other' })],
    ['$foo', stage({ $match: { a: { $foo: 1 } } })],
    ['$foo', stage({ $project: { a: { $add: [1, { $foo: 1 }] } } })],
    ['$function', stage({ $group: { _id: null, a: { $function: 1 } } })],
    ['$foo', () => database.engine.find({ collection: 'c', projection: { a: { $foo: 1 } } })],
  ])('%s', (name, run) => {
    const expected = refusal('DATABASE_INVALID_OPERRATOR', new RegExp(`operator \\${name} is not known`))
    expect(run).toThrow(expected)
    database.insert({ a: 1 })
    expect(run).toThrow(expected)
  })

  test('a literal in an expression is not an operator', () => {
    database.insert({ _id: 'a' })
    const stages = [{ $project: { cost: { $literal: { $foo: 1 } } } }]
    expect(() => database.engine.aggregate({ collection: 'c', stages })).not.toThrow()
  })
})
