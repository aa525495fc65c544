import * as v from 'valibot'
import { invalid } from '../refusal'
import { check, parameters } from '../schema'
import { parseEjson, parseEjsonObject, stringifyEjson } from './ejson'
import type { Database } from './engine'
import type { Document } from './value'

const text = v.string()
const optionalText = v.optional(v.string())
const target = { collectionName: text, transactionId: optionalText }
/** `DOC` or `WHERE`: the query says the same, so it is checked and not needed. */
const selection = { query: optionalText, queryType: v.optional(v.picklist(['WHERE', 'DOC'])) }

const ADD_COLLECTION = parameters({ collectionName: text })
const INSERT = parameters({ ...target, data: v.array(text) })
const GET = parameters({
  ...target,
  ...selection,
  multi: v.optional(v.boolean()),
  order: optionalText,
  offset: v.optional(v.number()),
  limit: v.optional(v.number()),
  projection: optionalText,
})
const COUNT = parameters({ collectionName: text, ...selection })
const MODIFY = parameters({
  ...target,
  ...selection,
  data: text,
  multi: v.boolean(),
  merge: v.boolean(),
  upsert: v.boolean(),
})
const REMOVE = parameters({ ...target, ...selection, multi: v.boolean() })
const AGGREGATE = parameters({
  collectionName: text,
  stages: v.array(v.strictObject({ stageKey: text, stageValue: text })),
})
const START = parameters({})
const END = parameters({ transactionId: text })

type Answer = Record<string, unknown>

const ACTIONS: Readonly<Record<string, (database: Database, fields: unknown) => Answer>> = {
  'database.addCollection': (database, fields) => {
    database.addCollection(check(ADD_COLLECTION, fields).collectionName)
    return {}
  },
  'database.insertDocument': (database, fields) => {
    const { data, ...rest } = check(INSERT, fields)
    const documents = data.map(one => parseEjsonObject(one, 'data'))
    return { data: { insertedIds: database.insert({ ...targetOf(rest), documents }) } }
  },
  'database.getDocument': (database, fields) => {
    const { query, order, projection, offset, limit, ...rest } = check(GET, fields)
    const { texts, total } = database.findTexts({
      ...targetOf(rest),
      query: optionalObject(query, 'query'),
      order: optionalObject(order, 'order'),
      projection: optionalObject(projection, 'projection'),
      offset,
      limit,
    })
    const cut = { total, ...(limit !== undefined && { limit }), offset: offset ?? 0 }
    return { data: { list: texts }, ...cut }
  },
  'database.calculateDocument': (database, fields) => {
    const { query, ...rest } = check(COUNT, fields)
    return { data: { total: database.count({ ...targetOf(rest), query: optionalObject(query, 'query') }) } }
  },
  'database.modifyDocument': (database, fields) => {
    const { query, data, multi, merge, upsert, ...rest } = check(MODIFY, fields)
    const { updated, upsertedId } = database.update({
      ...targetOf(rest),
      query: optionalObject(query, 'query'),
      data: parseEjsonObject(data, 'data'),
      multi,
      merge,
      upsert,
    })
    return { data: { updated, ...(upsertedId !== undefined && { upsert_id: upsertedId }) } }
  },
  'database.removeDocument': (database, fields) => {
    const { query, multi, ...rest } = check(REMOVE, fields)
    const deleted = database.remove({ ...targetOf(rest), query: optionalObject(query, 'query'), multi })
    return { data: { deleted } }
  },
  'database.aggregateDocuments': (database, fields) => {
    const { collectionName, stages } = check(AGGREGATE, fields)
    const pipeline = stages.map(({ stageKey, stageValue }) => ({ [stageKey]: parseEjson(stageValue, stageKey) }))
    return { data: { list: database.aggregate({ collection: collectionName, stages: pipeline }).map(stringifyEjson) } }
  },
  'database.startTransaction': (database, fields) => {
    check(START, fields)
    return { transactionId: database.startTransaction() }
  },
  'database.commitTransaction': (database, fields) => {
    database.commitTransaction(check(END, fields).transactionId)
    return {}
  },
  'database.abortTransaction': (database, fields) => {
    database.abortTransaction(check(END, fields).transactionId)
    return {}
  },
}

export function isDatabaseAction(action: string): boolean {
  return Object.hasOwn(ACTIONS, action)
}

/**
 * Answers one `database.*` request as wx-server-sdk sends it, documents and queries being EJSON text. The result is the
 * answer without its `requestId`. Throws Refusal.
 */
export function answerDatabaseAction(database: Database, action: string, fields: Record<string, unknown>): Answer {
  const answer = isDatabaseAction(action) ? ACTIONS[action] : undefined
  if (!answer) throw invalid(`unknown action: ${action}`)
  return answer(database, { action, ...fields })
}

function targetOf({ collectionName, transactionId }: { collectionName: string; transactionId?: string | undefined }) {
  return { collection: collectionName, transaction: transactionId }
}

/** `""` is how the SDK says that there is no query. */
function optionalObject(ejson: string | undefined, what: string): Document | undefined {
  return ejson === undefined || ejson === '' ? undefined : parseEjsonObject(ejson, what)
}
