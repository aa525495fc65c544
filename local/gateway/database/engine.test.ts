import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { EJSON, Long, ObjectId } from 'bson'
import { temporaryDirectory } from '../testing'
import { type Database, type Document, type Id, openDatabase } from './index'
import { select } from './select'
import type { StoredDocument } from './store'

let now = 0
let database: Database

beforeEach(() => {
  now = Date.UTC(2026, 0, 1)
  database = openDatabase({ now: () => now })
  database.addCollection('c')
})

afterEach(() => database.close())

function insert(...documents: Document[]): void {
  database.insert({ collection: 'c', documents })
}

function all(query: Document = {}): Document[] {
  return database.find({ collection: 'c', query, limit: 1000 }).documents
}

function update(query: Document, data: Document): number {
  return database.update({ collection: 'c', query, data, multi: true, merge: true, upsert: false }).updated
}

const refusal = (code: string, message: RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) })

describe('operators that are not known are refused, with or without documents', () => {
  const query = (value: Document) => () => all(value)
  const change = (value: Document) => () => update({}, value)
  const stage = (...stages: Document[]) => {
    return () => database.aggregate({ collection: 'c', stages })
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
    ['$foo', () => database.find({ collection: 'c', projection: { a: { $foo: 1 } } })],
  ])('%s', (name, run) => {
    const expected = refusal('DATABASE_INVALID_OPERRATOR', new RegExp(`operator \\${name} is not known`))
    expect(run).toThrow(expected)
    insert({ a: 1 })
    expect(run).toThrow(expected)
  })

  test('a literal in an expression is not an operator', () => {
    insert({ _id: 'a' })
    const stages = [{ $project: { cost: { $literal: { $foo: 1 } } } }]
    expect(() => database.aggregate({ collection: 'c', stages })).not.toThrow()
  })
})

describe('requests that make no sense are refused', () => {
  const find = (options: object) => () => database.find({ collection: 'c', ...options })
  const replace = (options: object) => () =>
    database.update({ collection: 'c', query: {}, data: {}, multi: false, merge: false, upsert: false, ...options })

  test.each([
    ['a limit over 1000', find({ limit: 1001 }), /limit/],
    ['a limit of 0', find({ limit: 0 }), /limit/],
    ['a negative offset', find({ offset: -1 }), /offset/],
    ['an order that is no direction', find({ order: { a: 'asc' } }), /order of a/],
    ['an update of nothing', () => update({}, {}), /at least one operator/],
    ['an operator without fields', () => update({}, { $set: 1 }), /\$set needs an object/],
    ['replacing many', replace({ multi: true }), /one document/],
    ['upsert with operators', replace({ merge: true, upsert: true }), /upsert/],
    ['upsert without _id', replace({ upsert: true }), /_id/],
    ['a stage with two operators', () => aggregate({ $match: {}, $limit: 1 }), /exactly one/],
    ['a collection name with a slash', () => database.addCollection('a/b'), /collection name/],
  ])('%s', (_, run, reason) => {
    expect(run).toThrow(refusal('INVALID_PARAM', reason))
  })

  function aggregate(...stages: Document[]) {
    return database.aggregate({ collection: 'c', stages })
  }

  test('a collection that is already there', () => {
    expect(() => database.addCollection('c')).toThrow(refusal('DATABASE_REQUEST_FAILED', /exist: c/))
  })

  test.each([
    [{ a: { $in: 1 } }, /\$in needs an array/],
    [{ $and: 1 }, /\$and/],
    [{ a: { $gt: 1, b: 1 } }, /unknown query operator b/],
  ])('the query %j', (query, reason) => {
    expect(() => all(query)).toThrow(refusal('DATABASE_REQUEST_FAILED', reason))
  })
})

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
    expect(() => insert({ value })).toThrow(refusal('INVALID_PARAM', reason))
    expect(all()).toEqual([])
  })

  test('not an _id that is an object', () => {
    expect(() => insert({ _id: { a: 1 } })).toThrow(refusal('INVALID_PARAM', /_id/))
  })

  test('not the result of an update that is too large to be exact', () => {
    insert({ _id: 'a', n: Number.MAX_SAFE_INTEGER })
    expect(() => update({}, { $inc: { n: 1 } })).toThrow(refusal('INVALID_PARAM', /too large/))
  })

  test('what a caller changes afterwards, in its own copy, stays its own', () => {
    const mine = { _id: 'a', list: [1], at: new Date(1) }
    insert(mine)
    mine.list.push(2)
    mine.at.setTime(2)
    for (const [found] of [all(), database.aggregate({ collection: 'c', stages: [] }) as Document[]]) {
      expect(found).toEqual({ _id: 'a', list: [1], at: new Date(1) })
      Object.assign(found ?? {}, { list: [] })
    }
    expect(all()).toEqual([{ _id: 'a', list: [1], at: new Date(1) }])
  })
})

describe('an update', () => {
  beforeEach(() => insert({ _id: 'a', n: 1, text: 'x', none: null, list: [{ k: 1 }, { k: 2 }], deep: { m: 1 } }))

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
    const before = all()
    expect(() => update({}, change)).toThrow(refusal('DATABASE_REQUEST_FAILED', reason))
    expect(all()).toEqual(before)
  })

  test('reaches into arrays by index and by the position that matched', () => {
    update({ 'list.k': 2 }, { $set: { 'list.$.hit': true } })
    update({}, { $set: { 'list.0.first': true } })
    expect(all()[0]?.['list']).toEqual([
      { k: 1, first: true },
      { k: 2, hit: true },
    ])
  })

  test('counts the documents that are different afterwards', () => {
    insert({ _id: 'b', n: 5 })
    expect(update({}, { $set: { n: 5 } })).toBe(1)
    expect(update({}, { $unset: { gone: '' }, $pull: { list: { k: 9 } } })).toBe(0)
  })

  test('changes all documents or, when one is refused, none', () => {
    insert({ _id: 'b', n: 'text' })
    expect(() => update({}, { $inc: { n: 1 } })).toThrow(/not a number/)
    expect(all({ _id: 'a' })[0]?.['n']).toBe(1)
  })

  test('adds to a set without duplicates even where it creates it', () => {
    update({}, { $addToSet: { tags: { $each: ['p', 'p', { q: 1 }, { q: 1 }] } } })
    update({}, { $addToSet: { tags: 'p' } })
    expect(all()[0]?.['tags']).toEqual(['p', { q: 1 }])
  })

  test('changes one document when it is not for many', () => {
    insert({ _id: 'b', n: 1 })
    const request = { collection: 'c', query: { n: 1 }, data: { $inc: { n: 1 } }, merge: true, upsert: false }
    expect(database.update({ ...request, multi: false })).toEqual({ updated: 1 })
    expect(all({ n: 1 })).toHaveLength(1)
    expect(database.remove({ collection: 'c', multi: false })).toBe(1)
    expect(all()).toEqual([{ _id: 'b', n: 1 }])
  })

  test('that replaces a document keeps its _id and refuses another', () => {
    const request = { collection: 'c', query: { _id: 'a' }, multi: false, merge: false, upsert: true }
    expect(() => database.update({ ...request, data: { _id: 'b' } })).toThrow(/_id cannot be changed/)
    expect(database.update({ ...request, data: { fresh: 1 } })).toEqual({ updated: 1 })
    expect(all()).toEqual([{ _id: 'a', fresh: 1 }])
  })
})

describe('inserting', () => {
  test('is all or nothing when an _id is taken', () => {
    insert({ _id: 'a' })
    const expected = refusal('DATABASE_REQUEST_FAILED', /E11000 duplicate key .* _id: "a"/)
    expect(() => insert({ _id: 'b' }, { _id: 'a' })).toThrow(expected)
    expect(() => insert({ _id: 'c' }, { _id: 'c' })).toThrow(/E11000/)
    expect(all()).toEqual([{ _id: 'a' }])
  })

  test('tells the number 1 from the text 1', () => {
    insert({ _id: 1 }, { _id: '1' })
    expect(all({ _id: 1 })).toEqual([{ _id: 1 }])
    expect(all({ _id: { $in: ['1', 1] } })).toHaveLength(2)
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
    insert(...Array.from({ length: 10 }, (_, n) => ({ _id: `d${n}`, n })))
    expect(all(query).map(({ _id }) => _id)).toEqual(expected)
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

describe('an aggregation', () => {
  beforeEach(() => {
    database.addCollection('names')
    database.insert({ collection: 'names', documents: [{ _id: 'x', name: 'X' }] })
    insert({ _id: 'a', k: 'x', n: 1, tags: ['p', 'q'] }, { _id: 'b', k: 'y', n: 2 })
  })

  test('joins, unwinds and adds fields without touching what is stored', () => {
    const stages = [
      { $match: { _id: { $in: ['a', 'b'] } } },
      { $lookup: { from: 'names', localField: 'k', foreignField: '_id', as: 'names' } },
      { $unwind: '$tags' },
      { $addFields: { twice: { $multiply: ['$n', 2] } } },
      { $project: { _id: 0, tag: '$tags', name: { $arrayElemAt: ['$names.name', 0] }, twice: 1 } },
    ]
    expect(database.aggregate({ collection: 'c', stages })).toEqual([
      { tag: 'p', name: 'X', twice: 2 },
      { tag: 'q', name: 'X', twice: 2 },
    ])
    expect(all()[0]).toEqual({ _id: 'a', k: 'x', n: 1, tags: ['p', 'q'] })
  })

  test('over a missing collection is refused', () => {
    const missing = refusal('DATABASE_COLLECTION_NOT_EXIST', /^Db or Table not exist: nope$/)
    expect(() => database.aggregate({ collection: 'nope', stages: [] })).toThrow(missing)
    const stages = [{ $lookup: { from: 'nope', localField: 'k', foreignField: '_id', as: 'names' } }]
    expect(() => database.aggregate({ collection: 'c', stages })).toThrow(missing)
  })
})

describe('a transaction', () => {
  const inTransaction = (transaction: string, query: Document = {}) =>
    database.find({ collection: 'c', query, transaction }).documents

  beforeEach(() => insert({ _id: 'a', n: 1 }))

  test('sees its snapshot and its own writes; others see neither until the commit', () => {
    const id = database.startTransaction()
    insert({ _id: 'later' })
    database.insert({ collection: 'c', documents: [{ _id: 'own' }], transaction: id })
    database.remove({ collection: 'c', query: { _id: 'a' }, multi: false, transaction: id })
    expect(inTransaction(id)).toEqual([{ _id: 'own' }])
    expect(all()).toEqual([{ _id: 'a', n: 1 }, { _id: 'later' }])
    database.commitTransaction(id)
    expect(all()).toEqual([{ _id: 'later' }, { _id: 'own' }])
  })

  test.each([
    ['changed', () => update({ _id: 'a' }, { $inc: { n: 1 } })],
    ['removed', () => database.remove({ collection: 'c', query: { _id: 'a' }, multi: false })],
  ])('that writes a document which was %s meanwhile is a conflict and leaves nothing', (_, meanwhile) => {
    const id = database.startTransaction()
    database.insert({ collection: 'c', documents: [{ _id: 'b' }], transaction: id })
    const data = { $inc: { n: 10 } }
    database.update({
      collection: 'c',
      query: { _id: 'a' },
      data,
      multi: false,
      merge: true,
      upsert: false,
      transaction: id,
    })
    meanwhile()
    const after = all()
    expect(() => database.commitTransaction(id)).toThrow(refusal('DATABASE_TRANSACTION_CONFLICT', /./))
    expect(all()).toEqual(after)
    expect(() => inTransaction(id)).toThrow(/Transaction does not exist/)
  })

  test('that inserts an _id which was taken meanwhile is a conflict', () => {
    const id = database.startTransaction()
    database.insert({ collection: 'c', documents: [{ _id: 'b', own: true }], transaction: id })
    insert({ _id: 'b' })
    expect(() => database.commitTransaction(id)).toThrow(refusal('DATABASE_TRANSACTION_CONFLICT', /./))
    expect(all({ _id: 'b' })).toEqual([{ _id: 'b' }])
  })

  test('may write one document many times, and take back what it inserted', () => {
    const id = database.startTransaction()
    const target = { collection: 'c', transaction: id }
    database.remove({ ...target, query: { _id: 'a' }, multi: false })
    database.insert({ ...target, documents: [{ _id: 'a', n: 5 }, { _id: 'b' }] })
    database.remove({ ...target, query: { _id: 'b' }, multi: false })
    database.commitTransaction(id)
    expect(all()).toEqual([{ _id: 'a', n: 5 }])
  })

  test('ends with an abort, a commit, or after 30 seconds', () => {
    const [aborted, committed, old] = [0, 1, 2].map(() => database.startTransaction()) as [string, string, string]
    database.abortTransaction(aborted)
    database.commitTransaction(committed)
    now += 30_001
    for (const id of [aborted, committed, old, 'invented']) {
      expect(() => database.commitTransaction(id)).toThrow(refusal('DATABASE_REQUEST_FAILED', /TransactionNotExist/))
    }
  })
})

describe('a database in a folder', () => {
  test('is the same after it was closed and opened', async () => {
    const directory = temporaryDirectory()
    const open = () => openDatabase({ directory: directory.path, now: () => now })
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
