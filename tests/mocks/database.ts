import { type Database, openDatabase, Refusal } from '../../local/gateway/database'
import { command, type Document, holdsChange, isPlain, toCriteria, toModifier } from './command'
import { cloudSdkError, databaseError, plainError, platformError } from './errors'

const DEFAULT_LIMIT = 100
const MOST = 1000

/** The collections behind the mock, in the engine that the local cloud has, too. */
export class MockStore {
  /** The APIs that were called so far, for example `collection.get`. */
  readonly requests: string[] = []
  private engine = openDatabase({ now: Date.now })
  private failure: number | undefined
  private delay: (() => Promise<void>) | undefined

  /** Makes a collection, with these documents in it. */
  create(name: string, documents: Document[] = []): void {
    this.engine.addCollection(name)
    if (documents.length > 0) this.engine.insert({ collection: name, documents })
  }

  /** From now on every request to the database fails with this code. */
  fail(errCode: number): void {
    this.failure = errCode
  }

  /** From now on every request reaches the database only after a wait like this. */
  answerAfter(wait: () => Promise<void>): void {
    this.delay = wait
  }

  clear(): void {
    this.engine = openDatabase({ now: Date.now })
    this.failure = undefined
    this.delay = undefined
    this.requests.length = 0
  }

  /** The way to the database. */
  async travel(): Promise<void> {
    await this.delay?.()
  }

  /** One request; what the engine refuses, and only that, is thrown as the SDK throws it. */
  request<T>(api: string, work: (engine: Database) => T): T {
    this.requests.push(api)
    if (this.failure !== undefined) throw platformError(api, this.failure, 'simulated')
    try {
      return work(this.engine)
    } catch (error) {
      throw error instanceof Refusal ? databaseError(api, error) : error
    }
  }
}

interface Selection {
  where: Document
  order: Record<string, 1 | -1>
  skip: number
  limit: number
  fields: Record<string, 1 | 0>
}

/** `cloud.database()`. */
export function mockDatabase(store: MockStore, config: { throwOnNotFound?: boolean }) {
  return {
    command,
    collection: (name: string) => new Collection(store, name, config),
    RegExp({ regexp, options = '' }: { regexp: string; options?: string }) {
      if (!regexp) throw new TypeError('regexp must be a string')
      return new RegExp(regexp, options)
    },
    async createCollection(name: string) {
      await store.travel()
      store.request('createCollection', engine => engine.addCollection(name))
      return { errMsg: 'createCollection:ok' }
    },
  }
}

const EVERYTHING: Selection = { where: {}, order: {}, skip: 0, limit: DEFAULT_LIMIT, fields: {} }

class Query {
  constructor(
    protected readonly store: MockStore,
    protected readonly name: string,
    protected readonly selection: Selection = EVERYTHING,
  ) {}

  where(condition: unknown) {
    if (!isObject(condition)) throw new Error('查询参数必须为对象')
    const values = Object.values(condition)
    if (values.length > 0 && values.every(value => value === undefined)) {
      throw new Error('查询参数对象值不能均为undefined')
    }
    return this.with({ where: toCriteria(condition) })
  }
  orderBy(path: string, direction: string) {
    if (direction !== 'asc' && direction !== 'desc') throw new Error('排序字符不合法')
    return this.with({ order: { ...this.selection.order, [path]: direction === 'desc' ? -1 : 1 } })
  }
  skip(skip: number) {
    if (!Number.isInteger(skip)) throw new Error('offsetmust be integer')
    return this.with({ skip })
  }
  limit(limit: number) {
    if (!Number.isInteger(limit)) throw new Error('limitmust be integer')
    return this.with({ limit: limit === 0 ? DEFAULT_LIMIT : Math.min(limit, MOST) })
  }
  field(fields: Record<string, boolean | number>) {
    const entries = Object.entries(fields).map(([path, shown]): [string, 1 | 0] => [path, Number(shown) > 0 ? 1 : 0])
    return this.with({ fields: Object.fromEntries(entries) })
  }

  get = () =>
    this.run('collection.get', (engine, collection) => {
      const { where, order, skip, limit, fields } = this.selection
      const projection = Object.keys(fields).length > 0 ? fields : undefined
      return { data: engine.find({ collection, query: where, order, offset: skip, limit, projection }).documents }
    })
  count = () =>
    this.run('collection.count', (engine, collection) => ({
      total: engine.count({ collection, query: this.selection.where }),
    }))
  update = ({ data }: { data: Document }) =>
    this.run('collection.update', (engine, collection) => ({
      stats: change(engine, 'collection.update', { collection, query: this.selection.where, data, multi: true }),
    }))
  remove = () =>
    this.run('collection.remove', (engine, collection) => ({
      stats: { removed: engine.remove({ collection, query: this.selection.where, multi: true }) },
    }))

  protected async run<T>(
    api: string,
    work: (engine: Database, collection: string) => T,
  ): Promise<T & { errMsg: string }> {
    await this.store.travel()
    return { ...this.store.request(api, engine => work(engine, this.name)), errMsg: `${api}:ok` }
  }
  private with(changes: Partial<Selection>): Query {
    return new Query(this.store, this.name, { ...this.selection, ...changes })
  }
}

class Collection extends Query {
  constructor(
    store: MockStore,
    name: string,
    private readonly config: { throwOnNotFound?: boolean },
  ) {
    super(store, name)
    if (!name) throw new Error('Collection name is required')
  }

  add = ({ data }: { data: Document | Document[] }) =>
    this.run('collection.add', (engine, collection) => {
      const ids = engine.insert({ collection, documents: [data].flat().map(settled) })
      return Array.isArray(data) ? { _ids: ids } : { _id: ids[0] }
    })

  doc(id: string | number) {
    if (typeof id !== 'string' && typeof id !== 'number') throw new Error('docId必须为字符串或数字')
    const query = { _id: id }
    return {
      get: () =>
        this.run('document.get', (engine, collection) => {
          const [data] = engine.find({ collection, query }).documents
          if (data) return { data }
          if (this.config.throwOnNotFound === false) return { data: null }
          throw plainError('document.get', `document with _id ${id} does not exist`)
        }),
      set: ({ data }: { data: Document }) =>
        this.run('document.set', (engine, collection) => {
          checkData(data, 'document.set')
          if (holdsChange(data)) throw platformError('document.set', -502001, 'update operator complicit')
          const whole = { collection, query, data: settled(data), multi: false, merge: false, upsert: true }
          const { updated, upsertedId } = engine.update(whole)
          return { _id: id, stats: { updated, created: upsertedId === undefined ? 0 : 1 } }
        }),
      update: ({ data }: { data: Document }) =>
        this.run('document.update', (engine, collection) => ({
          stats: change(engine, 'document.update', { collection, query, data, multi: false }),
        })),
      remove: () =>
        this.run('document.remove', (engine, collection) => ({
          stats: { removed: engine.remove({ collection, query, multi: false }) },
        })),
    }
  }
}

function change(
  engine: Database,
  api: string,
  { data, ...request }: { collection: string; query: Document; data: Document; multi: boolean },
) {
  checkData(data, api)
  const { updated } = engine.update({ ...request, data: settled(toModifier(data)), merge: true, upsert: false })
  return { updated }
}

function checkData(data: Document, api: string): void {
  if (Object.keys(data).length === 0) throw cloudSdkError(-1, 'options.data must not be empty')
  if (Object.hasOwn(data, '_id')) throw platformError(api, -501007, '不能更新_id的值')
}

function isObject(value: unknown): value is object {
  return Object.prototype.toString.call(value) === '[object Object]'
}

/** Without what is undefined: it does not travel. */
function settled<T extends Document>(document: T): T {
  return travelled(document) as T
}

function travelled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(travelled)
  if (!isPlain(value)) return value
  const kept = Object.entries(value).filter(([, item]) => item !== undefined)
  return Object.fromEntries(kept.map(([key, item]) => [key, travelled(item)]))
}
