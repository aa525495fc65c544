import { open } from 'lmdb'
import type { Id } from './value'

/** One document as it is kept: never changed, only replaced. */
export interface StoredDocument {
  id: Id
  /** Rises with every insertion: the natural order, which a restart keeps. */
  position: number
  document: Readonly<Record<string, unknown>>
  /** The same as canonical EJSON. */
  text: string
}

export interface Change {
  collection: string
  before: StoredDocument | undefined
  after: StoredDocument | undefined
}

/** Where the database survives the process. Every method has written, all or nothing, when it returns. */
export interface Store {
  collections(): Iterable<string>
  documents(): Iterable<{ collection: string; position: number; text: string }>
  addCollection(name: string): void
  write(changes: readonly Change[]): void
  readFile(path: string): Buffer | undefined
  writeFile(path: string, bytes: Buffer): void
  removeFile(path: string): void
  close(): Promise<void>
}

/**
 * A store in a folder. A commit reaches the kernel before its method returns, so a killed process loses nothing that it
 * acknowledged; the disk itself is synced a moment later.
 */
export function openLmdbStore(directory: string): Store {
  const root = open({ path: directory, maxDbs: 3 })
  const collections = root.openDB<string, string>({ name: 'collections', encoding: 'string' })
  const documents = root.openDB<string, [string, number]>({ name: 'documents', encoding: 'string' })
  const files = root.openDB<Buffer, string>({ name: 'files', encoding: 'binary' })
  return {
    collections: () => collections.getKeys(),
    documents: () =>
      documents.getRange().map(({ key: [collection, position], value }) => ({ collection, position, text: value })),
    addCollection: name => collections.putSync(name, ''),
    write: changes =>
      root.transactionSync(() => {
        for (const { collection, before, after } of changes) {
          if (before && before.position !== after?.position) documents.removeSync([collection, before.position])
          if (after) documents.putSync([collection, after.position], after.text)
        }
      }),
    readFile: path => files.get(path),
    writeFile: (path, bytes) => files.putSync(path, bytes),
    removeFile: path => void files.removeSync(path),
    close: () => root.close(),
  }
}

/** A store that ends with the process. */
export function openMemoryStore(): Store {
  const files = new Map<string, Buffer>()
  return {
    collections: () => [],
    documents: () => [],
    addCollection: () => {},
    write: () => {},
    readFile: path => files.get(path),
    writeFile: (path, bytes) => void files.set(path, bytes),
    removeFile: path => void files.delete(path),
    close: async () => {},
  }
}
