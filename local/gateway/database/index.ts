import { Database } from './engine'
import { openLmdbStore, openMemoryStore, type Store } from './store'

export { Refusal } from '../refusal'
export { answerDatabaseAction, isDatabaseAction } from './actions'
export { Database } from './engine'
export type { Store } from './store'
export type { Document, Id } from './value'

export interface OpenDatabaseOptions {
  /** The store's folder, made when missing. Without one the data ends with the process. */
  directory?: string
  /** The clock of server dates and of transactions' time limit. */
  now: () => number
}

/** Opens the database, all of its documents in memory. Other processes may have the same folder open. */
export function openDatabase({ directory, now }: OpenDatabaseOptions): Database {
  return new Database(openStore(directory), now)
}

export function openStore(directory?: string): Store {
  return directory === undefined ? openMemoryStore() : openLmdbStore(directory)
}
