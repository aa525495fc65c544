import { Query } from 'mingo'
import { Refusal } from '../refusal'
import { requestFailed } from './error'
import { assertQuery } from './operators'
import type { Documents } from './state'
import type { StoredDocument } from './store'
import { type Document, type Id, isId, isPlainObject } from './value'

/** mingo without scripts; strict about types as MongoDB is. */
export const MINGO_OPTIONS = { scriptEnabled: false, useStrictMode: true, failOnError: true }

/** The documents that match, in natural order. A query that fixes `_id` looks at those documents only. */
export function select(documents: Documents, query: Document): StoredDocument[] {
  assertQuery(query)
  const compiled = mingo(() => new Query(query, MINGO_OPTIONS))
  const found: StoredDocument[] = []
  mingo(() => {
    for (const candidate of candidates(documents, query)) if (compiled.test(candidate.document)) found.push(candidate)
  })
  return found
}

/** Runs a piece of mingo: what it complains about, or stumbles over, is the caller's request. */
export function mingo<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw requestFailed(error instanceof Error ? error.message : String(error))
  }
}

function candidates(documents: Documents, query: Document): Iterable<StoredDocument> {
  const ids = fixedIds(query)
  if (!ids) return documents.values()
  const found: StoredDocument[] = []
  for (const id of new Set(ids)) {
    const document = documents.get(id)
    if (document) found.push(document)
  }
  return found.sort((a, b) => a.position - b.position)
}

/** The only _ids that the query can match, if it says so. */
function fixedIds(query: Document): readonly Id[] | undefined {
  const condition = query['_id']
  if (isId(condition)) return [condition]
  if (isPlainObject(condition)) {
    if (isId(condition['$eq'])) return [condition['$eq']]
    const list = condition['$in']
    if (Array.isArray(list) && list.every(isId)) return list
  }
  const all = query['$and']
  if (!Array.isArray(all)) return undefined
  for (const part of all) {
    const ids = isPlainObject(part) ? fixedIds(part) : undefined
    if (ids) return ids
  }
  return undefined
}
