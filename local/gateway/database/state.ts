import { missingCollection } from './error'
import type { Change, StoredDocument } from './store'
import type { Id } from './value'

export type Documents = ReadonlyMap<Id, StoredDocument>

interface Collection {
  /** In natural order: a replaced document keeps its place. */
  documents: Map<Id, StoredDocument>
  /** Another state reads the same map: copy it before the first change. */
  shared: boolean
}

/** All documents in memory, by collection and _id. A fork is a snapshot: neither side sees the other's later changes. */
export class State {
  private readonly collections = new Map<string, Collection>()

  addCollection(name: string): void {
    if (!this.has(name)) this.collections.set(name, { documents: new Map(), shared: false })
  }

  /** Forgets everything; forks keep what they have. */
  clear(): void {
    this.collections.clear()
  }

  has(name: string): boolean {
    return this.collections.has(name)
  }

  documents(name: string): Documents {
    return this.collection(name).documents
  }

  fork(): State {
    const fork = new State()
    for (const [name, collection] of this.collections) {
      collection.shared = true
      fork.collections.set(name, { ...collection })
    }
    return fork
  }

  apply(changes: readonly Change[]): void {
    for (const { collection: name, before, after } of changes) {
      const collection = this.collection(name)
      if (collection.shared) {
        collection.documents = new Map(collection.documents)
        collection.shared = false
      }
      if (after) collection.documents.set(after.id, after)
      else if (before) collection.documents.delete(before.id)
    }
  }

  private collection(name: string): Collection {
    const found = this.collections.get(name)
    if (!found) throw missingCollection(name)
    return found
  }
}
