import { Aggregator, Query } from 'mingo'
import { invalid } from '../refusal'
import { assertProjection, assertStage } from './operators'
import { MINGO_OPTIONS, mingo, select } from './select'
import type { Documents, State } from './state'
import { copy, type Document, isPlainObject, settle, settleObject } from './value'

const DEFAULT_LIMIT = 100
const LARGEST_LIMIT = 1000

export interface FindOptions {
  query?: Document | undefined
  /** Field to 1 or -1, the first field first. */
  order?: Document | undefined
  offset?: number | undefined
  /** 100 when absent; more than 1000 is refused. */
  limit?: number | undefined
  projection?: Document | undefined
}

/** Stages as MongoDB writes them: one operator each. */
export type AggregateStages = readonly Document[]

/** Copies of the matching documents, ordered, cut out and projected; `total` counts them before the cut. */
export function find(
  documents: Documents,
  options: FindOptions,
  now: number,
): { documents: Document[]; total: number } {
  const { offset = 0, limit = DEFAULT_LIMIT, order = {}, projection = {} } = options
  if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_LIMIT) {
    throw invalid(`limit must be an integer from 1 to ${LARGEST_LIMIT}: ${limit}`)
  }
  if (!Number.isInteger(offset) || offset < 0) throw invalid(`offset must be an integer, 0 or more: ${offset}`)
  const sort = sortOrder(order)
  const fields = settleObject(projection, now, 'projection')
  assertProjection(fields)
  const query = settleObject(options.query ?? {}, now, 'query')
  const matching = select(documents, query).map(one => one.document)
  const page = mingo(() => {
    const cursor = new Query({}, MINGO_OPTIONS).find<Document>(matching)
    if (Object.keys(sort).length > 0) cursor.sort(sort)
    return cursor.skip(offset).limit(limit).all()
  })
  return { documents: project(page, fields), total: matching.length }
}

/** Runs a pipeline. Its first `$match` goes through the _id index; documents are copied because stages may change them. */
export function aggregate(state: State, collection: string, stages: AggregateStages, now: number): unknown[] {
  const pipeline = stages.map(stage => settleObject(stage, now, 'a stage'))
  for (const stage of pipeline) {
    if (Object.keys(stage).length !== 1) throw invalid('a stage must have exactly one operator')
    assertStage(stage)
  }
  const first = pipeline[0]?.['$match']
  const query = isPlainObject(first) ? first : {}
  const matching = select(state.documents(collection), query).map(one => copy(one.document))
  const rest = isPlainObject(first) ? pipeline.slice(1) : pipeline
  const collectionResolver = (name: string) => [...state.documents(name).values()].map(one => copy(one.document))
  const result = mingo(() => new Aggregator(rest, { ...MINGO_OPTIONS, collectionResolver }).run(matching))
  return result.map(document => settle(document, now))
}

function sortOrder(order: Document): Record<string, 1 | -1> {
  const sort: Record<string, 1 | -1> = {}
  for (const [field, direction] of Object.entries(order)) {
    if (direction !== 1 && direction !== -1) throw invalid(`order of ${field} must be 1 or -1`)
    sort[field] = direction
  }
  return sort
}

/** Copies with the chosen fields. mingo orders them by its own rules; MongoDB puts _id first and then keeps the order. */
function project(page: readonly Document[], fields: Document): Document[] {
  if (Object.keys(fields).length === 0) return page.map(copy)
  const chosen = mingo(() => new Query({}, MINGO_OPTIONS).find<Document>([...page], fields).all())
  return chosen.map((document, index) => {
    const ordered: Document = {}
    for (const field of ['_id', ...Object.keys(page[index] ?? {}), ...Object.keys(document)]) {
      if (field in document) ordered[field] = copy(document[field])
    }
    return ordered
  })
}
