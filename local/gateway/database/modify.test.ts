import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { refusal, type TestDatabase, testDatabase } from './testing'

let database: TestDatabase

beforeEach(() => {
  database = testDatabase()
})

afterEach(() => database.close())

describe('an update', () => {
  beforeEach(() =>
    database.insert({ _id: 'a', n: 1, text: 'x', none: null, list: [{ k: 1 }, { k: 2 }], deep: { m: 1 } }),
  )

  test.each([
    [{ $inc: { text: 1 } }, /\$inc .* not a number: text/],
    [{ $push: { n: 1 } }, /\$push .* not an array: n/],
    [{ $addToSet: { text: 1 } }, /\$addToSet/],
    [{ $set: { 'none.b': 1 } }, /Cannot create field 'b' in element {none: null}/],
    [{ $set: { 'text.b': 1 } }, /Cannot create field 'b' in element {text: "x"}/],
    [{ $set: { 'list.b': 1 } }, /Cannot create field 'b' in element {list: \[/],
    [{ $set: { _id: 'b' } }, /immutable/],
    [{ $set: { n: 1 }, $inc: { n: 1 } }, /conflict/],
    [{ $inc: { n: 'x' } }, /non-numeric/],
  ])('that MongoDB refuses is refused, not passed over: %j', (change, reason) => {
    const before = database.all()
    expect(() => database.update({}, change)).toThrow(refusal('DATABASE_REQUEST_FAILED', reason))
    expect(database.all()).toEqual(before)
  })

  test('reaches into arrays by index and by the position that matched', () => {
    database.update({ 'list.k': 2 }, { $set: { 'list.$.hit': true } })
    database.update({}, { $set: { 'list.0.first': true } })
    expect(database.all()[0]?.['list']).toEqual([
      { k: 1, first: true },
      { k: 2, hit: true },
    ])
  })

  test('counts the documents that are different afterwards', () => {
    database.insert({ _id: 'b', n: 5 })
    expect(database.update({}, { $set: { n: 5 } })).toBe(1)
    expect(database.update({}, { $unset: { gone: '' }, $pull: { list: { k: 9 } } })).toBe(0)
  })

  test('changes all documents or, when one is refused, none', () => {
    database.insert({ _id: 'b', n: 'text' })
    expect(() => database.update({}, { $inc: { n: 1 } })).toThrow(/not a number/)
    expect(database.all({ _id: 'a' })[0]?.['n']).toBe(1)
  })

  test('adds to a set without duplicates even where it creates it', () => {
    database.update({}, { $addToSet: { tags: { $each: ['p', 'p', { q: 1 }, { q: 1 }] } } })
    database.update({}, { $addToSet: { tags: 'p' } })
    expect(database.all()[0]?.['tags']).toEqual(['p', { q: 1 }])
  })

  test('changes one document when it is not for many', () => {
    database.insert({ _id: 'b', n: 1 })
    const request = { collection: 'c', query: { n: 1 }, data: { $inc: { n: 1 } }, merge: true, upsert: false }
    expect(database.engine.update({ ...request, multi: false })).toEqual({ updated: 1 })
    expect(database.all({ n: 1 })).toHaveLength(1)
    expect(database.engine.remove({ collection: 'c', multi: false })).toBe(1)
    expect(database.all()).toEqual([{ _id: 'b', n: 1 }])
  })

  test('that replaces a document keeps its _id and refuses another', () => {
    const request = { collection: 'c', query: { _id: 'a' }, multi: false, merge: false, upsert: true }
    expect(() => database.engine.update({ ...request, data: { _id: 'b' } })).toThrow(/_id cannot be changed/)
    expect(database.engine.update({ ...request, data: { fresh: 1 } })).toEqual({ updated: 1 })
    expect(database.all()).toEqual([{ _id: 'a', fresh: 1 }])
  })

  test.each([
    [{ $set: { 'a.b.c': 2 } }, { a: { b: { c: 2 } }, list: [{ n: 1 }] }],
    [{ $push: { list: { n: 2 } } }, { a: { b: { c: 1 } }, list: [{ n: 1 }, { n: 2 }] }],
    [{ $inc: { 'list.0.n': 4 } }, { a: { b: { c: 1 } }, list: [{ n: 5 }] }],
    [{ $rename: { 'a.b': 'moved.b' } }, { a: {}, list: [{ n: 1 }], moved: { b: { c: 1 } } }],
  ])('by %j leaves what others have read alone', (modifier, expected) => {
    const before = { _id: 'a', a: { b: { c: 1 } }, list: [{ n: 1 }] }
    database.engine.remove({ collection: 'c', multi: true })
    database.insert(before)
    const snapshot = database.engine.startTransaction()
    database.update({}, modifier)
    expect(database.all()).toEqual([{ _id: 'a', ...expected }])
    expect(database.engine.find({ collection: 'c', transaction: snapshot }).documents).toEqual([before])
  })
})
