import { Aggregator, Query } from 'mingo'
import { invalid } from '../refusal'
import { stringifyEjson } from './ejson'
import { assertProjection, assertStage } from './operators'
import { MINGO_OPTIONS, mingo, select } from './select'
import type { Documents, State } from './state'
import type { StoredDocument } from './store'
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

/** One page of the matching documents. */
export interface Page {
  documents: StoredDocument[]
  /** The projection; no fields mean all. */
  fields: Document
  /** How many match without `offset` and `limit`. */
  total: number
}

/** The matching documents, ordered and cut out. */
export function find(documents: Documents, options: FindOptions, now: number): Page {
  const { offset = 0, limit = DEFAULT_LIMIT, order = {}, projection = {} } = options
  if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_LIMIT) {
    throw invalid(`limit must be an integer from 1 to ${LARGEST_LIMIT}: ${limit}`)
  }
  if (!Number.isInteger(offset) || offset < 0) throw invalid(`offset must be an integer, 0 or more: ${offset}`)
  const sort = sortOrder(order)
  const fields = settleObject(projection, now, 'projection')
  assertProjection(fields)
  const query = settleObject(options.query ?? {}, now, 'query')
  const matching = select(documents, query)
  const page = { fields, total: matching.length }
  if (Object.keys(sort).length === 0) return { documents: matching.slice(offset, offset + limit), ...page }
  const stored = new Map(matching.map(one => [one.document, one]))
  const sorted = mingo(() => {
    const cursor = new Query({}, MINGO_OPTIONS).find<Document>([...stored.keys()])
    return cursor.sort(sort).skip(offset).limit(limit).all()
  })
  return { documents: sorted.flatMap(document => stored.get(document) ?? []), ...page }
}

/** Copies with the chosen fields. */
export function projected({ documents, fields }: Omit<Page, 'total'>): Document[] {
  return project(
    documents.map(one => one.document),
    fields,
  )
}

/** The same as canonical EJSON. Documents of which all fields are chosen need not be written anew. */
export function projectedTexts({ documents, fields }: Omit<Page, 'total'>): string[] {
  const isWhole = ({ document }: StoredDocument) => {
    const names = Object.keys(document)
    return names[0] === '_id' && names.every(name => name === '_id' || Object.hasOwn(fields, name))
  }
  if ((isPlain(fields) && documents.every(isWhole)) || Object.keys(fields).length === 0)
    return documents.map(one => one.text)
  return projected({ documents, fields }).map(stringifyEjson)
}

/** Stages that only look at documents; any other may change them. */
const LOOKING = new Set(['$match', '$sort', '$skip', '$limit', '$group', '$count', '$sortByCount'])

/** Runs a pipeline. Its first `$match` goes through the _id index; what is left when a stage may change it is copied. */
export function aggregate(state: State, collection: string, stages: AggregateStages, now: number): unknown[] {
  const pipeline = stages.map(stage => settleObject(stage, now, 'a stage'))
  for (const stage of pipeline) {
    if (Object.keys(stage).length !== 1) throw invalid('a stage must have exactly one operator')
    assertStage(stage)
  }
  const first = pipeline[0]?.['$match']
  const query = isPlainObject(first) ? first : {}
  const matching = select(state.documents(collection), query).map(one => one.document)
  const rest = isPlainObject(first) ? pipeline.slice(1) : pipeline
  const collectionResolver = (name: string) => [...state.documents(name).values()].map(one => copy(one.document))
  const run = (some: AggregateStages, documents: readonly Document[]) =>
    mingo(() => new Aggregator([...some], { ...MINGO_OPTIONS, collectionResolver }).run([...documents]))
  const found = rest.findIndex(stage => !Object.keys(stage).every(name => LOOKING.has(name)))
  const looking = found < 0 ? rest.length : found
  const chosen = run(rest.slice(0, looking), matching).map(copy)
  return run(rest.slice(looking), chosen).map(document => settle(document, now))
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
  const names = Object.keys(fields)
  if (names.length === 0) return page.map(copy)
  const chosen = isPlain(fields)
    ? page.map(document => pick(document, names))
    : mingo(() => new Query({}, MINGO_OPTIONS).find<Document>([...page], fields).all())
  return chosen.map((document, index) => {
    const ordered: Document = {}
    for (const field of ['_id', ...Object.keys(page[index] ?? {}), ...Object.keys(document)]) {
      if (Object.hasOwn(document, field) && !Object.hasOwn(ordered, field)) ordered[field] = copy(document[field])
    }
    return ordered
  })
}

/** Whether the projection only names fields of the document itself. */
function isPlain(fields: Document): boolean {
  return Object.entries(fields).every(([name, value]) => !name.includes('.') && (value === 1 || value === true))
}

/** What the most common projection chooses: many times faster here than by mingo. */
function pick(document: Document, names: readonly string[]): Document {
  const chosen: Document = {}
  for (const name of ['_id', ...names]) if (Object.hasOwn(document, name)) chosen[name] = document[name]
  return chosen
}
