import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { open } from 'lmdb'
import { DiskSync } from './diskSync'
import { checkIntact } from './intact'
import type { Id } from './value'

/** One document as it is kept: never changed, only replaced. */
export interface StoredDocument {
  id: Id
  /** Rises with every insertion and stays: the natural order, which a restart keeps. */
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

/** Where the database outlives the process. Other processes may use the same store at the same time. */
export interface Store {
  /** Rises with every change, whoever made it. */
  generation(): number
  collections(): Iterable<string>
  documents(): Iterable<{ collection: string; position: number; text: string }>
  /** Runs alone among all processes. What it wrote is kept, whole, when this returns; nothing of it when it throws. */
  exclusive<T>(run: () => T): T
  /** Only within `exclusive`. */
  addCollection(name: string): void
  /** Only within `exclusive`. */
  write(changes: readonly Change[]): void
  readFile(path: string): Buffer | undefined
  writeFile(path: string, bytes: Buffer): void
  removeFile(path: string): void
  close(): Promise<void>
}

const GENERATION = 'generation'

/**
 * A store in a folder. A commit reaches the kernel before its method returns, so a killed process loses nothing that it
 * acknowledged. The disk is synced a second later, not at each commit, which would take many times longer than all the
 * rest: a power failure can cost the last second, and in the worst case the file.
 */
export function openLmdbStore(directory: string): Store {
  mkdirSync(directory, { recursive: true })
  checkIntact(directory)
  // Said, because lmdb else takes a name with a dot for a file.
  const root = open({ path: directory, noSubdir: false, maxDbs: 4, noSync: true, overlappingSync: false })
  const meta = root.openDB<number, string>({ name: 'meta' })
  const collections = root.openDB<string, string>({ name: 'collections', encoding: 'string' })
  const documents = root.openDB<string, [string, number]>({ name: 'documents', encoding: 'string' })
  const files = root.openDB<Buffer, string>({ name: 'files', encoding: 'binary' })
  const generation = () => meta.get(GENERATION) ?? 0
  const disk = new DiskSync(join(directory, 'data.mdb'))
  const advance = () => {
    meta.putSync(GENERATION, generation() + 1)
    disk.soon()
  }
  return {
    generation,
    collections: () => collections.getKeys(),
    documents: () =>
      documents.getRange().map(({ key: [collection, position], value }) => ({ collection, position, text: value })),
    exclusive: run => root.transactionSync(run),
    addCollection(name) {
      collections.putSync(name, '')
      advance()
    },
    write(changes) {
      for (const { collection, before, after } of changes) {
        if (after) documents.putSync([collection, after.position], after.text)
        else if (before) documents.removeSync([collection, before.position])
      }
      advance()
    },
    readFile: path => files.get(path),
    writeFile(path, bytes) {
      files.putSync(path, bytes)
      disk.soon()
    },
    removeFile(path) {
      files.removeSync(path)
      disk.soon()
    },
    close: async () => {
      await disk.finish().catch(() => {})
      await root.close()
    },
  }
}

/** A store that ends with the process. */
export function openMemoryStore(): Store {
  const files = new Map<string, Buffer>()
  return {
    generation: () => 0,
    collections: () => [],
    documents: () => [],
    exclusive: run => run(),
    addCollection: () => {},
    write: () => {},
    readFile: path => files.get(path),
    writeFile: (path, bytes) => void files.set(path, bytes),
    removeFile: path => void files.delete(path),
    close: async () => {},
  }
}
