import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { EJSON } from 'bson'
import { temporaryDirectory } from '../testing/gateway'
import { type Database, type Document, type Id, openDatabase } from './index'
import { select } from './select'
import type { StoredDocument } from './store'
import { refusal, type TestDatabase, testDatabase } from './testing'

let database: TestDatabase

beforeEach(() => {
  database = testDatabase()
})

afterEach(() => database.close())

describe('requests that make no sense are refused', () => {
  const find = (options: object) => () => database.engine.find({ collection: 'c', ...options })
  const replace = (options: object) => () =>
    database.engine.update({
      collection: 'c',
      query: {},
      data: {},
      multi: false,
      merge: false,
      upsert: false,
      ...options,
    })

  test.each([
    ['a limit over 1000', find({ limit: 1001 }), /limit/],
    ['a limit of 0', find({ limit: 0 }), /limit/],
    ['a negative offset', find({ offset: -1 }), /offset/],
    ['an order that is no direction', find({ order: { a: 'asc' } }), /order of a/],
    ['an update of nothing', () => database.update({}, {}), /at least one operator/],
    ['an operator without fields', () => database.update({}, { $set: 1 }), /\$set needs an object/],
    ['replacing many', replace({ multi: true }), /one document/],
    ['upsert with operators', replace({ merge: true, upsert: true }), /upsert/],
    ['upsert without _id', replace({ upsert: true }), /_id/],
    ['a stage with two operators', () => aggregate({ $match: {}, $limit: 1 }), /exactly one/],
    ['a collection name with a slash', () => database.engine.addCollection('a/b'), /collection name/],
  ])('%s', (_, run, reason) => {
    expect(run).toThrow(refusal('INVALID_PARAM', reason))
  })

  function aggregate(...stages: Document[]) {
    return database.engine.aggregate({ collection: 'c', stages })
  }

  test('a collection that is already there', () => {
    expect(() => database.engine.addCollection('c')).toThrow(refusal('DATABASE_REQUEST_FAILED', /exist: c/))
  })

  test.each([
    [{ a: { $in: 1 } }, /\$in needs an array/],
    [{ $and: 1 }, /\$and/],
    [{ a: { $gt: 1, b: 1 } }, /unknown query operator b/],
  ])('the query %j', (query, reason) => {
    expect(() => database.all(query)).toThrow(refusal('DATABASE_REQUEST_FAILED', reason))
  })
})

describe('inserting', () => {
  test('is all or nothing when an _id is taken', () => {
    database.insert({ _id: 'a' })
    const expected = refusal('DATABASE_REQUEST_FAILED', /E11000 duplicate key .* _id: "a"/)
    expect(() => database.insert({ _id: 'b' }, { _id: 'a' })).toThrow(expected)
    expect(() => database.insert({ _id: 'c' }, { _id: 'c' })).toThrow(/E11000/)
    expect(database.all()).toEqual([{ _id: 'a' }])
  })

  test('tells the number 1 from the text 1', () => {
    database.insert({ _id: 1 }, { _id: '1' })
    expect(database.all({ _id: 1 })).toEqual([{ _id: 1 }])
    expect(database.all({ _id: { $in: ['1', 1] } })).toHaveLength(2)
  })
})

describe('a query that fixes _id', () => {
  test.each([
    [{ _id: 'd7' }, ['d7']],
    [{ _id: { $eq: 'd7' }, n: 7 }, ['d7']],
    [{ _id: 'd7', n: 8 }, []],
    [{ _id: { $in: ['d9', 'd2', 'd2', 'none'] } }, ['d2', 'd9']],
    [{ $and: [{ n: { $gt: 2 } }, { _id: { $in: ['d2', 'd9'] } }] }, ['d9']],
    [{ _id: { $in: ['d2', 'd9'], $ne: 'd2' } }, ['d9']],
    [{ _id: { $gt: 'd8' } }, ['d9']],
  ])('%j finds what a scan would, in natural order', (query, expected) => {
    database.insert(...Array.from({ length: 10 }, (_, n) => ({ _id: `d${n}`, n })))
    expect(database.all(query).map(({ _id }) => _id)).toEqual(expected)
  })

  test('looks at no other document', () => {
    class Unscannable extends Map<Id, StoredDocument> {
      override values(): never {
        throw new Error('scanned')
      }
    }
    const stored = { id: 'a', position: 0, document: { _id: 'a' }, text: '' }
    const documents = new Unscannable([['a', stored]])
    for (const _id of ['a', { $eq: 'a' }, { $in: ['a', 'b'] }]) expect(select(documents, { _id })).toEqual([stored])
    expect(() => select(documents, {})).toThrow('scanned')
  })
})

describe('a projection', () => {
  test.each([
    {},
    { _id: 1, a: 1, b: 1, c: 1 },
    { a: 1, b: 1, c: 1 },
    { c: 1, a: true },
    { _id: 0, a: 1 },
    { a: 0 },
    { 'b.n': 1 },
    { none: 1 },
    { a: 1, b: 1, c: 1, x: '$a' },
  ])('%j is the same as text', projection => {
    database.insert({ _id: 'first', a: 1, b: { n: 2, m: 3 }, c: 2 ** 40 }, { a: 2, c: null, _id: 'last' })
    const request = { collection: 'c', order: { a: -1 }, projection }
    const { documents, total } = database.engine.find(request)
    expect(documents.map(document => document['_id'] ?? 'left out')).toEqual(
      '_id' in projection && projection._id === 0 ? ['left out', 'left out'] : ['last', 'first'],
    )
    const { texts, total: sameTotal } = database.engine.findTexts(request)
    expect(texts).toEqual(documents.map(document => EJSON.stringify(document, { relaxed: false })))
    expect([total, sameTotal]).toEqual([2, 2])
  })
})

describe('an aggregation', () => {
  beforeEach(() => {
    database.engine.addCollection('names')
    database.engine.insert({ collection: 'names', documents: [{ _id: 'x', name: 'X' }] })
    database.insert({ _id: 'a', k: 'x', n: 1, tags: ['p', 'q'] }, { _id: 'b', k: 'y', n: 2 })
  })

  test('joins, unwinds and adds fields without touching what is stored', () => {
    const stages = [
      { $match: { _id: { $in: ['a', 'b'] } } },
      { $lookup: { from: 'names', localField: 'k', foreignField: '_id', as: 'names' } },
      { $unwind: '$tags' },
      { $addFields: { twice: { $multiply: ['$n', 2] } } },
      { $project: { _id: 0, tag: '$tags', name: { $arrayElemAt: ['$names.name', 0] }, twice: 1 } },
    ]
    expect(database.engine.aggregate({ collection: 'c', stages })).toEqual([
      { tag: 'p', name: 'X', twice: 2 },
      { tag: 'q', name: 'X', twice: 2 },
    ])
    expect(database.all()[0]).toEqual({ _id: 'a', k: 'x', n: 1, tags: ['p', 'q'] })
  })

  test('may change what earlier stages only chose and grouped', () => {
    database.insert({ _id: 1, n: 0, at: { h: 1 } }, { _id: 2, n: -1, at: { h: 2 } })
    const stages = [{ $sort: { n: 1 } }, { $limit: 1 }, { $group: { _id: '$n', all: { $push: '$$ROOT' } } }]
    const [found] = database.aggregate(...stages, { $unwind: '$all' }, { $set: { 'all.at.h': 9 } })
    expect(found).toEqual({ _id: -1, all: { _id: 2, n: -1, at: { h: 9 } } })
    expect(database.all({ _id: 2 })).toEqual([{ _id: 2, n: -1, at: { h: 2 } }])
  })

  test('over a missing collection is refused', () => {
    const missing = refusal('DATABASE_COLLECTION_NOT_EXIST', /^Db or Table not exist: nope$/)
    expect(() => database.engine.aggregate({ collection: 'nope', stages: [] })).toThrow(missing)
    const stages = [{ $lookup: { from: 'nope', localField: 'k', foreignField: '_id', as: 'names' } }]
    expect(() => database.engine.aggregate({ collection: 'c', stages })).toThrow(missing)
  })
})

describe('a database in a folder', () => {
  test('is the same after it was closed and opened', async () => {
    const directory = temporaryDirectory()
    const open = () => openDatabase({ directory: directory.path, now: () => 0 })
    const snapshot = ({ find }: Database, kept: Database) =>
      EJSON.stringify(find.call(kept, { collection: 'k' }), { relaxed: false })
    try {
      const first = open()
      first.addCollection('k')
      first.addCollection('empty')
      const at = new Date(1_700_000_000_123)
      first.insert({
        collection: 'k',
        documents: [{ _id: 3, big: 1_700_000_000_123, half: 0.5, at, zero: -0 }, { _id: 'b' }],
      })
      first.insert({ collection: 'k', documents: [{ _id: 'a', deep: [{ 余量: null }] }, { _id: 'gone' }] })
      first.update({
        collection: 'k',
        query: { _id: 3 },
        data: { $set: { n: 1 } },
        multi: false,
        merge: true,
        upsert: false,
      })
      first.remove({ collection: 'k', query: { _id: 'gone' }, multi: true })
      const id = first.startTransaction()
      first.remove({ collection: 'k', query: { _id: 'b' }, multi: true, transaction: id })
      first.insert({ collection: 'k', documents: [{ _id: 'b', again: true }], transaction: id })
      first.commitTransaction(id)
      const before = snapshot(first, first)
      await first.close()

      const second = open()
      expect(second.find({ collection: 'k', query: { _id: 'b' } }).documents).toEqual([{ _id: 'b', again: true }])
      expect(second.find({ collection: 'k', query: { _id: 3 } }).documents).toEqual([
        { _id: 3, big: 1_700_000_000_123, half: 0.5, at, zero: -0, n: 1 },
      ])
      expect(second.count({ collection: 'empty' })).toBe(0)
      second.insert({ collection: 'k', documents: [{ _id: 'new' }] })
      second.remove({ collection: 'k', query: { _id: 'new' }, multi: true })
      const ids = (text: string) =>
        EJSON.parse(text)
          .documents.map(({ _id }: Document) => _id)
          .sort()
      expect(ids(snapshot(second, second))).toEqual(ids(before))
      await second.close()
    } finally {
      directory.remove()
    }
  })
})
