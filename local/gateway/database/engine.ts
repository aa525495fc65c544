import { randomBytes } from 'node:crypto'
import { invalid } from '../refusal'
import { parseStored, stringifyEjson } from './ejson'
import { requestFailed } from './error'
import { modify } from './modify'
import { type AggregateStages, aggregate, type FindOptions, find, type Page, projected, projectedTexts } from './read'
import { select } from './select'
import { State } from './state'
import type { Change, Store, StoredDocument } from './store'
import { Transactions } from './transaction'
import { assertStorable, copy, type Document, type Id, isId, settleObject } from './value'

/** A request's target. Reads of a transaction see its snapshot, writes wait for its commit. */
export interface Target {
  collection: string
  transaction?: string | undefined
}

export interface UpdateRequest extends Target {
  query?: Document | undefined
  /** Update operators when `merge` is set, else a whole document. */
  data: Document
  multi: boolean
  merge: boolean
  upsert: boolean
}

interface InsertRequest extends Target {
  documents: readonly Document[]
}

interface Decision<T> {
  changes: readonly Change[]
  result: T
}

/**
 * The document database: mingo's semantics over documents in memory, every change written to the store before it is
 * visible. All methods are synchronous, so each request is atomic and no two ever interleave, not even from two
 * processes: a change is decided while the store belongs to this one alone.
 */
export class Database {
  private readonly state = new State()
  private readonly transactions: Transactions
  private generation = -1
  private nextPosition = 0

  constructor(
    private readonly store: Store,
    private readonly now: () => number,
  ) {
    this.transactions = new Transactions(this.state, now)
    this.refresh()
  }

  addCollection(name: string): void {
    if (!/^[\w-]{1,64}$/.test(name)) throw invalid(`not a collection name: ${JSON.stringify(name)}`)
    this.generation = this.store.exclusive(() => {
      this.refresh()
      if (this.state.has(name)) throw requestFailed(`Db or Table exist: ${name}`)
      this.store.addCollection(name)
      return this.store.generation()
    })
    this.state.addCollection(name)
  }

  /** Inserts all of the documents or none; answers their _ids. */
  insert(request: InsertRequest): Id[] {
    return this.change(request, () => this.insertion(request))
  }

  /** Documents that match, and how many would without `offset` and `limit`. */
  find(request: Target & FindOptions): { documents: Document[]; total: number } {
    const page = this.page(request)
    return { documents: projected(page), total: page.total }
  }

  /** The same with each document as canonical EJSON. */
  findTexts(request: Target & FindOptions): { texts: string[]; total: number } {
    const page = this.page(request)
    return { texts: projectedTexts(page), total: page.total }
  }

  count(request: Target & { query?: Document | undefined }): number {
    return this.select(request).length
  }

  /** Changes all matching documents, or the first. `updated` counts those whose content is different afterwards. */
  update(request: UpdateRequest): { updated: number; upsertedId?: Id } {
    const { multi, merge, upsert } = request
    if (upsert && merge) throw invalid('upsert with update operators is not supported by the local database')
    if (multi && !merge) throw invalid('only one document can be replaced at a time')
    return this.change(request, () => this.modification(request))
  }

  /** Removes all matching documents, or the first; answers how many. */
  remove(request: Target & { query?: Document | undefined; multi: boolean }): number {
    return this.change(request, () => {
      const matching = this.select(request)
      const removed = request.multi ? matching : matching.slice(0, 1)
      const changes = removed.map(before => ({ collection: request.collection, before, after: undefined }))
      return { changes, result: removed.length }
    })
  }

  aggregate(request: { collection: string; stages: AggregateStages }): unknown[] {
    return aggregate(this.view({}), request.collection, request.stages, this.now())
  }

  startTransaction(): string {
    this.refresh()
    return this.transactions.start()
  }

  commitTransaction(id: string): void {
    this.change({}, () => {
      const changes = this.transactions.finish(id).map(change => this.placed(change))
      return { changes, result: undefined }
    })
  }

  abortTransaction(id: string): void {
    this.transactions.abort(id)
  }

  close(): Promise<void> {
    return this.store.close()
  }

  private insertion({ collection, transaction, documents }: InsertRequest): Decision<Id[]> {
    const present = this.view({ transaction }).documents(collection)
    const ids = new Set<Id>()
    const changes = documents.map(given => {
      const settled = settleObject(given, this.now(), 'a document')
      const after = this.stored('_id' in settled ? settled : { ...settled, _id: randomBytes(16).toString('hex') })
      if (present.has(after.id) || ids.has(after.id)) throw duplicateKey(collection, after.id)
      ids.add(after.id)
      return { collection, before: undefined, after }
    })
    return { changes, result: [...ids] }
  }

  private modification(request: UpdateRequest): Decision<{ updated: number; upsertedId?: Id }> {
    const { collection, query = {}, multi, merge, upsert } = request
    const matching = this.select(request)
    const before = multi ? matching : matching.slice(0, 1)
    const data = settleObject(request.data, this.now(), 'data')
    if (upsert && before.length === 0) {
      const upsertedId = idOf(query)
      const { changes } = this.insertion({ ...request, documents: [{ ...data, _id: upsertedId }] })
      return { changes, result: { updated: 0, upsertedId } }
    }
    const documents = before.map(one => one.document)
    const after = merge
      ? modify(documents, settleObject(query, this.now(), 'query'), data)
      : before.map(({ id, document }) => replacement(data, document, id))
    const changes: Change[] = []
    before.forEach((old, index) => {
      const document = after[index]
      const stored = document && this.stored(document, old)
      if (stored && stored.text !== old.text) changes.push({ collection, before: old, after: stored })
    })
    return { changes, result: { updated: changes.length } }
  }

  private page(request: Target & FindOptions): Page {
    return find(this.view(request).documents(request.collection), request, this.now())
  }

  private select(request: Target & { query?: Document | undefined }): StoredDocument[] {
    const query = settleObject(request.query ?? {}, this.now(), 'query')
    return select(this.view(request).documents(request.collection), query)
  }

  private view({ transaction }: { transaction?: string | undefined }): State {
    if (transaction !== undefined) return this.transactions.state(transaction)
    this.refresh()
    return this.state
  }

  /** Decides and makes a change: in the transaction's own view, or for everyone. */
  private change<T>({ transaction }: { transaction?: string | undefined }, decide: () => Decision<T>): T {
    if (transaction !== undefined) {
      const { changes, result } = decide()
      this.transactions.write(transaction, changes)
      return result
    }
    const { changes, result, generation } = this.store.exclusive(() => {
      this.refresh()
      const decision = decide()
      if (decision.changes.length > 0) this.store.write(decision.changes)
      return { ...decision, generation: this.store.generation() }
    })
    this.state.apply(changes)
    this.generation = generation
    return result
  }

  /** Reads everything again when another process has changed the store; an older generation is only an older read. */
  private refresh(): void {
    const generation = this.store.generation()
    if (generation <= this.generation) return
    this.state.clear()
    for (const name of this.store.collections()) this.state.addCollection(name)
    const loaded: Change[] = []
    for (const { collection, position, text } of this.store.documents()) {
      const document = parseStored(text)
      loaded.push({ collection, before: undefined, after: { id: idOf(document), position, document, text } })
      this.nextPosition = Math.max(this.nextPosition, position + 1)
    }
    this.state.apply(loaded)
    this.generation = generation
  }

  private stored(document: Document, replaced?: StoredDocument): StoredDocument {
    assertStorable(document, replaced?.document)
    const position = replaced?.position ?? this.nextPosition++
    return { id: idOf(document), position, document, text: stringifyEjson(document) }
  }

  /** A transaction's change in its final place: another process may have taken the one it had so far. */
  private placed({ collection, before, after }: Change): Change {
    const position = before?.position ?? this.nextPosition++
    return { collection, before, after: after && { ...after, position } }
  }
}

function idOf(document: Document): Id {
  const id = document['_id']
  if (!isId(id)) throw invalid('_id must be text or a number')
  return id
}

/** The new document with the old _id, in the place where the old document keeps it. */
function replacement(data: Document, old: Document, id: Id): Document {
  if ('_id' in data && data['_id'] !== id) throw invalid('_id cannot be changed')
  const { _id, ...fields } = data
  return Object.keys(old)[0] === '_id' ? { _id: id, ...copy(fields) } : { ...copy(fields), _id: id }
}

function duplicateKey(collection: string, id: Id): Error {
  return requestFailed(
    `[FailedOperation.DuplicateWrite] multiple write errors: [{write errors: [{E11000 duplicate key error collection: local.${collection} index: _id_ dup key: { _id: ${JSON.stringify(id)} }}]}, {<nil>}]`,
  )
}
