import { randomBytes } from 'node:crypto'
import { invalid } from '../refusal'
import { parseEjsonObject, stringifyEjson } from './ejson'
import { requestFailed } from './error'
import { modify } from './modify'
import { type AggregateStages, aggregate, type FindOptions, find } from './read'
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

/**
 * The document database: mingo's semantics over documents in memory, every change written to the store before it is
 * visible. All methods are synchronous, so each request is atomic and no two ever interleave.
 */
export class Database {
  private readonly state = new State()
  private readonly transactions: Transactions
  private nextPosition = 0

  constructor(
    private readonly store: Store,
    private readonly now: () => number,
  ) {
    this.transactions = new Transactions(this.state, now)
    for (const name of store.collections()) this.state.addCollection(name)
    const loaded: Change[] = []
    for (const { collection, position, text } of store.documents()) {
      const document = settleObject(parseEjsonObject(text, 'a stored document'), 0, 'a stored document')
      const after = { id: idOf(document), position, document, text }
      loaded.push({ collection, before: undefined, after })
      this.nextPosition = Math.max(this.nextPosition, position + 1)
    }
    this.state.apply(loaded)
  }

  addCollection(name: string): void {
    if (!/^[\w-]{1,64}$/.test(name)) throw invalid(`not a collection name: ${JSON.stringify(name)}`)
    if (this.state.has(name)) throw requestFailed(`Db or Table exist: ${name}`)
    this.store.addCollection(name)
    this.state.addCollection(name)
  }

  /** Inserts all of the documents or none; answers their _ids. */
  insert(request: Target & { documents: readonly Document[] }): Id[] {
    const present = this.view(request).documents(request.collection)
    const ids = new Set<Id>()
    const changes = request.documents.map(given => {
      const settled = settleObject(given, this.now(), 'a document')
      const document = '_id' in settled ? settled : { ...settled, _id: randomBytes(16).toString('hex') }
      const after = this.stored(document)
      if (present.has(after.id) || ids.has(after.id)) throw duplicateKey(request.collection, after.id)
      ids.add(after.id)
      return { collection: request.collection, before: undefined, after }
    })
    this.write(request, changes)
    return [...ids]
  }

  /** Documents that match, and how many would without `offset` and `limit`. */
  find(request: Target & FindOptions): { documents: Document[]; total: number } {
    return find(this.view(request).documents(request.collection), request, this.now())
  }

  count(request: Target & { query?: Document | undefined }): number {
    return this.select(request).length
  }

  /** Changes all matching documents, or the first. `updated` counts those whose content is different afterwards. */
  update(request: UpdateRequest): { updated: number; upsertedId?: Id } {
    const { collection, query = {}, multi, merge, upsert } = request
    if (upsert && merge) throw invalid('upsert with update operators is not supported by the local database')
    if (multi && !merge) throw invalid('only one document can be replaced at a time')
    const matching = this.select(request)
    const before = multi ? matching : matching.slice(0, 1)
    const data = settleObject(request.data, this.now(), 'data')
    if (upsert && before.length === 0) {
      const upsertedId = idOf(query)
      this.insert({ ...request, documents: [{ ...data, _id: upsertedId }] })
      return { updated: 0, upsertedId }
    }
    const documents = before.map(one => one.document)
    const settledQuery = settleObject(query, this.now(), 'query')
    const after = merge
      ? modify(documents, settledQuery, data)
      : before.map(({ id, document }) => replacement(data, document, id))
    const changes: Change[] = []
    before.forEach((old, index) => {
      const document = after[index]
      const stored = document && this.stored(document, old)
      if (stored && stored.text !== old.text) changes.push({ collection, before: old, after: stored })
    })
    this.write(request, changes)
    return { updated: changes.length }
  }

  /** Removes all matching documents, or the first; answers how many. */
  remove(request: Target & { query?: Document | undefined; multi: boolean }): number {
    const matching = this.select(request)
    const removed = request.multi ? matching : matching.slice(0, 1)
    this.write(
      request,
      removed.map(before => ({ collection: request.collection, before, after: undefined })),
    )
    return removed.length
  }

  aggregate(request: { collection: string; stages: AggregateStages }): unknown[] {
    return aggregate(this.state, request.collection, request.stages, this.now())
  }

  startTransaction(): string {
    return this.transactions.start()
  }

  commitTransaction(id: string): void {
    this.commit(this.transactions.finish(id))
  }

  abortTransaction(id: string): void {
    this.transactions.abort(id)
  }

  close(): Promise<void> {
    return this.store.close()
  }

  private view({ transaction }: Target): State {
    return transaction === undefined ? this.state : this.transactions.state(transaction)
  }

  private select(request: Target & { query?: Document | undefined }): StoredDocument[] {
    const query = settleObject(request.query ?? {}, this.now(), 'query')
    return select(this.view(request).documents(request.collection), query)
  }

  private stored(document: Document, replaced?: StoredDocument): StoredDocument {
    assertStorable(document)
    const position = replaced?.position ?? this.nextPosition++
    return { id: idOf(document), position, document, text: stringifyEjson(document) }
  }

  private write({ transaction }: Target, changes: readonly Change[]): void {
    if (transaction === undefined) this.commit(changes)
    else this.transactions.write(transaction, changes)
  }

  private commit(changes: readonly Change[]): void {
    if (changes.length === 0) return
    this.store.write(changes)
    this.state.apply(changes)
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
