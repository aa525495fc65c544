import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Document } from './index'
import { refusal, type TestDatabase, testDatabase } from './testing'

let database: TestDatabase

beforeEach(() => {
  database = testDatabase()
})

afterEach(() => database.close())

describe('a transaction', () => {
  const inTransaction = (transaction: string, query: Document = {}) =>
    database.engine.find({ collection: 'c', query, transaction }).documents

  beforeEach(() => database.insert({ _id: 'a', n: 1 }))

  test('sees its snapshot and its own writes; others see neither until the commit', () => {
    const id = database.engine.startTransaction()
    database.insert({ _id: 'later' })
    database.engine.insert({ collection: 'c', documents: [{ _id: 'own' }], transaction: id })
    database.engine.remove({ collection: 'c', query: { _id: 'a' }, multi: false, transaction: id })
    expect(inTransaction(id)).toEqual([{ _id: 'own' }])
    expect(database.all()).toEqual([{ _id: 'a', n: 1 }, { _id: 'later' }])
    database.engine.commitTransaction(id)
    expect(database.all()).toEqual([{ _id: 'later' }, { _id: 'own' }])
  })

  test.each([
    ['changed', () => database.update({ _id: 'a' }, { $inc: { n: 1 } })],
    ['removed', () => database.engine.remove({ collection: 'c', query: { _id: 'a' }, multi: false })],
  ])('that writes a document which was %s meanwhile is a conflict and leaves nothing', (_, meanwhile) => {
    const id = database.engine.startTransaction()
    database.engine.insert({ collection: 'c', documents: [{ _id: 'b' }], transaction: id })
    const data = { $inc: { n: 10 } }
    database.engine.update({
      collection: 'c',
      query: { _id: 'a' },
      data,
      multi: false,
      merge: true,
      upsert: false,
      transaction: id,
    })
    meanwhile()
    const after = database.all()
    expect(() => database.engine.commitTransaction(id)).toThrow(refusal('DATABASE_TRANSACTION_CONFLICT', /./))
    expect(database.all()).toEqual(after)
    expect(() => inTransaction(id)).toThrow(/Transaction does not exist/)
  })

  test('that inserts an _id which was taken meanwhile is a conflict', () => {
    const id = database.engine.startTransaction()
    database.engine.insert({ collection: 'c', documents: [{ _id: 'b', own: true }], transaction: id })
    database.insert({ _id: 'b' })
    expect(() => database.engine.commitTransaction(id)).toThrow(refusal('DATABASE_TRANSACTION_CONFLICT', /./))
    expect(database.all({ _id: 'b' })).toEqual([{ _id: 'b' }])
  })

  test('may write one document many times, and take back what it inserted', () => {
    const id = database.engine.startTransaction()
    const target = { collection: 'c', transaction: id }
    database.engine.remove({ ...target, query: { _id: 'a' }, multi: false })
    database.engine.insert({ ...target, documents: [{ _id: 'a', n: 5 }, { _id: 'b' }] })
    database.engine.remove({ ...target, query: { _id: 'b' }, multi: false })
    database.engine.commitTransaction(id)
    expect(database.all()).toEqual([{ _id: 'a', n: 5 }])
  })

  test('ends with an abort, a commit, or after 30 seconds', () => {
    const [aborted, committed, old] = [0, 1, 2].map(() => database.engine.startTransaction()) as [
      string,
      string,
      string,
    ]
    database.engine.abortTransaction(aborted)
    database.engine.commitTransaction(committed)
    database.wait(30_001)
    for (const id of [aborted, committed, old, 'invented']) {
      expect(() => database.engine.commitTransaction(id)).toThrow(
        refusal('DATABASE_REQUEST_FAILED', /TransactionNotExist/),
      )
    }
  })
})
