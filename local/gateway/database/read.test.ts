import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { EJSON } from 'bson'
import { type TestDatabase, testDatabase } from './testing'

let database: TestDatabase

beforeEach(() => {
  database = testDatabase()
})

afterEach(() => database.close())

test.each(['constructor', 'toString', 'hasOwnProperty'])('a field called %s is like any other', name => {
  database.insert({ _id: '1', [name]: 'hidden', a: 1 })
  const read = (projection: object) => {
    const request = { collection: 'c', projection: { ...projection } }
    const { documents } = database.engine.find(request)
    const texts = database.engine.findTexts(request).texts.map(text => EJSON.parse(text))
    expect(texts).toEqual(documents)
    return documents.map(document => Object.entries(document))
  }

  expect(read({ a: 1 })).toEqual([
    [
      ['_id', '1'],
      ['a', 1],
    ],
  ])
  expect(read({ [name]: 1 })).toEqual([
    [
      ['_id', '1'],
      [name, 'hidden'],
    ],
  ])
})
