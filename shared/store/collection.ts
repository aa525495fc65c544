import * as v from 'valibot'
import { type Call, CallError, text } from '../call'
import { type CloudCommand, cloudDatabase, sdkErrorCode, sdkErrorMessage } from '../cloud'

const COLLECTION_NOT_EXIST = -502005
/** The most that every version of the platform answers to one query, and a sensible size of one insert. */
export const BATCH = 100

export interface Selection {
  where: object
  orderBy?: readonly (readonly [field: string, direction: 'asc' | 'desc'])[]
  skip?: number
  /** By default, and at most unless the documents are small, 100. */
  limit?: number
}

type Document = Record<string, unknown>
type DocumentSchema = v.ObjectSchema<v.ObjectEntries, undefined>

/**
 * One collection, as one invocation uses it: within its deadline, counted in its tally, every document checked. A request
 * that fails is UPSTREAM_UNAVAILABLE, one that the deadline ends is DEADLINE_EXCEEDED: whether a write was made is then
 * not known.
 */
export interface Collection {
  /**
   * Documents, with exactly the fields that the schema names; none where the collection does not exist yet. Throws
   * UPSTREAM_UNAVAILABLE when the read fails, INTERNAL naming the document and the field that do not fit.
   */
  find<const Schema extends DocumentSchema>(schema: Schema, selection: Selection): Promise<v.InferOutput<Schema>[]>
  /** Adds these documents. Answers `exists` when one of them is there already: then some may have been added. */
  insert(documents: readonly Document[]): Promise<'inserted' | 'exists'>
  /** How many documents are different now. A plain object among the changes replaces what was there. */
  update(where: object, changes: Document): Promise<number>
  /** How many documents there are. Throws UPSTREAM_UNAVAILABLE. */
  count(where: object): Promise<number>
  /** How many documents were removed. */
  remove(where: object): Promise<number>
}

/** The items in order, at most so many in each batch. */
export function batchesOf<Item>(items: readonly Item[], most = BATCH): Item[][] {
  const batches: Item[][] = []
  for (let start = 0; start < items.length; start += most) batches.push(items.slice(start, start + most))
  return batches
}

/** The operators of queries and changes. */
export function command(call: Call): CloudCommand {
  return cloudDatabase(call.environment).command
}

export function openCollection(name: string, call: Call): Collection {
  const database = () => cloudDatabase(call.environment)
  const matching = (where: object) => database().collection(name).where(definite(where))

  return {
    async find(schema, { where, orderBy = [], skip = 0, limit = BATCH }) {
      let query = matching(where)
      for (const [field, direction] of orderBy) query = query.orderBy(field, direction)
      if (skip > 0) query = query.skip(skip)
      const fields = Object.fromEntries(Object.keys(schema.entries).map(field => [field, true]))
      query = query.limit(limit).field(fields)
      const documents = await request('read', async () => documentsOf(await query.get()), call).catch(whenMissing([]))
      return documents.map(document => checked(name, schema, document))
    },
    async insert(documents) {
      if (documents.length === 0) return 'inserted'
      const add = () =>
        request('write', async () => added(await database().collection(name).add({ data: documents })), call)
      try {
        await add().catch((error: unknown) => {
          if (isMissing(error)) return createAnd(name, add, call)
          throw error
        })
        return 'inserted'
      } catch (error) {
        if (isDuplicate(error)) return 'exists'
        throw error
      }
    },
    async update(where, changes) {
      const { set } = command(call)
      const data = Object.fromEntries(
        Object.entries(changes).map(([field, value]) => [field, isPlain(value) ? set(value) : value]),
      )
      const query = matching(where)
      const work = async () => numberOf((await query.update({ data })).stats.updated)
      return request('write', work, call).catch(whenMissing(0))
    },
    async count(where) {
      const query = matching(where)
      return request('read', async () => numberOf((await query.count()).total), call).catch(whenMissing(0))
    },
    async remove(where) {
      const query = matching(where)
      const work = async () => numberOf((await query.remove()).stats.removed)
      return request('write', work, call).catch(whenMissing(0))
    },
  }
}

/** One request within the deadline. Throws the platform's failure as UPSTREAM_UNAVAILABLE: it is never "there is none". */
async function request<T>(kind: 'read' | 'write', work: () => Promise<T>, call: Call): Promise<T> {
  call.deadline.signal.throwIfAborted()
  call.tally[kind === 'read' ? 'databaseReads' : 'databaseWrites'] += 1
  try {
    return await call.deadline.race(work())
  } catch (error) {
    if (error instanceof CallError) throw error
    throw new CallError(
      'UPSTREAM_UNAVAILABLE',
      text('数据库暂时无法回答，请稍后重试。', 'The database cannot answer for the moment. Try again later.'),
      {
        upstream: {
          provider: 'wechat',
          code: String(sdkErrorCode(error) ?? 'DATABASE'),
          message: `database ${kind} failed`,
        },
        cause: error,
      },
    )
  }
}

/** Another instance may make it at the same time, and the platform then refuses: the next request shows if it is there. */
async function createAnd(name: string, add: () => Promise<void>, call: Call): Promise<void> {
  let refusal: unknown
  await request('write', () => cloudDatabase(call.environment).createCollection(name), call).catch((error: unknown) => {
    refusal = error
  })
  await add().catch((error: unknown) => {
    throw isMissing(error) && refusal ? refusal : error
  })
}

/** The SDK drops a field that is undefined, and the condition would match more than was meant. */
function definite(where: object): object {
  for (const [field, value] of Object.entries(where)) {
    if (value === undefined && isPlain(where)) throw new TypeError(`the condition on ${field} is undefined`)
  }
  return where
}

/** An answer without documents is no answer: it must not pass for "there are none". */
function documentsOf(answer: { data: unknown }): Document[] {
  if (Array.isArray(answer.data)) return answer.data
  throw new TypeError('no documents in the answer')
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value
  throw new TypeError('no number in the answer')
}

function added(answer: { _ids: unknown }): void {
  if (!Array.isArray(answer._ids)) throw new TypeError('no ids in the answer')
}

/** Nobody has put anything in yet: a definite answer. */
function whenMissing<T>(answer: T): (error: unknown) => T {
  return error => {
    if (isMissing(error)) return answer
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof CallError && sdkErrorCode(error.cause) === COLLECTION_NOT_EXIST
}

/** The platform has no code of its own for it. */
function isDuplicate(error: unknown): boolean {
  return error instanceof CallError && /duplicate key|DuplicateWrite/i.test(sdkErrorMessage(error.cause))
}

function isPlain(value: unknown): boolean {
  return Object.prototype.toString.call(value) === '[object Object]' && isBare(Object.getPrototypeOf(value))
}

/** What a plain object descends from, another realm's included; never the class of an operator. */
function isBare(prototype: unknown): boolean {
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function checked<Schema extends DocumentSchema>(
  name: string,
  schema: Schema,
  document: Document,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, document, { abortEarly: true })
  if (result.success) return result.output
  const place = `${name}/${String(document['_id'])}: ${v.getDotPath(result.issues[0]) ?? ''}`
  throw new CallError(
    'INTERNAL',
    text(
      `数据库中的文档不可用（${place}）。请管理员检查或删除它。`,
      `A document in the database is unusable (${place}). An administrator must correct or remove it.`,
    ),
  )
}
