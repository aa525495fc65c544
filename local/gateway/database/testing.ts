import { expect } from '@jest/globals'
import { type Database, type Document, openDatabase } from './index'

/** A database in memory with an empty collection `c`, and shorthands for it. */
export interface TestDatabase extends Pick<Database, 'close'> {
  engine: Database
  /** Moves the clock. */
  wait(ms: number): void
  insert(...documents: Document[]): void
  all(query?: Document): Document[]
  update(query: Document, data: Document): number
  aggregate(...stages: Document[]): unknown[]
}

export function testDatabase(): TestDatabase {
  let now = Date.UTC(2026, 0, 1)
  const engine = openDatabase({ now: () => now })
  engine.addCollection('c')
  return {
    engine,
    wait(ms) {
      now += ms
    },
    insert: (...documents) => void engine.insert({ collection: 'c', documents }),
    all: (query = {}) => engine.find({ collection: 'c', query, limit: 1000 }).documents,
    update: (query, data) =>
      engine.update({ collection: 'c', query, data, multi: true, merge: true, upsert: false }).updated,
    aggregate: (...stages) => engine.aggregate({ collection: 'c', stages }),
    close: () => engine.close(),
  }
}

/** Matches a refusal with this code and a message like this. */
export function refusal(code: string, message: RegExp) {
  return expect.objectContaining({ code, message: expect.stringMatching(message) })
}
