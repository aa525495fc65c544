import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Long, ObjectId } from 'bson'
import type { Document } from './index'
import { refusal, type TestDatabase, testDatabase } from './testing'

let database: TestDatabase

beforeEach(() => {
  database = testDatabase()
})

afterEach(() => database.close())

describe('only what the platform stores is stored', () => {
  test.each([
    ['an ObjectId', new ObjectId(), /ObjectId/],
    ['a 64-bit number', Long.fromNumber(1), /Long/],
    ['a class instance', new Map(), /Map/],
    ['a function', () => 1, /function/],
    ['a regular expression', /a/, /regular expression/],
    ['an invalid date', new Date(Number.NaN), /date/],
    ['an integer that would be rounded', 2 ** 53, /too large/],
    ['a field with a dollar', { $a: 1 }, /dollar/],
    ['a field with a dot', [{ 'a.b': 1 }], /dot/],
    ['a prototype', JSON.parse('{"__proto__": 1}'), /__proto__/],
    ['a server date without offset', { $tcb_server_date: 1 }, /offset/],
  ])('not %s', (_, value, reason) => {
    expect(() => database.insert({ value })).toThrow(refusal('INVALID_PARAM', reason))
    expect(database.all()).toEqual([])
  })

  test('not an _id that is an object', () => {
    expect(() => database.insert({ _id: { a: 1 } })).toThrow(refusal('INVALID_PARAM', /_id/))
  })

  test('not the result of an update that is too large to be exact', () => {
    database.insert({ _id: 'a', n: Number.MAX_SAFE_INTEGER })
    expect(() => database.update({}, { $inc: { n: 1 } })).toThrow(refusal('INVALID_PARAM', /too large/))
  })

  test('what a caller changes afterwards, in its own copy, stays its own', () => {
    const mine = { _id: 'a', list: [1], at: new Date(1) }
    database.insert(mine)
    mine.list.push(2)
    mine.at.setTime(2)
    for (const [found] of [database.all(), database.engine.aggregate({ collection: 'c', stages: [] }) as Document[]]) {
      expect(found).toEqual({ _id: 'a', list: [1], at: new Date(1) })
      Object.assign(found ?? {}, { list: [] })
    }
    expect(database.all()).toEqual([{ _id: 'a', list: [1], at: new Date(1) }])
  })
})
