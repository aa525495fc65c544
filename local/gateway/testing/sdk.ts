import type { TestGateway } from './gateway'

type Data = Record<string, unknown>

/** What these tests use of the SDK, whose own types know neither openapi nor half of the results. */
export interface Sdk {
  init(options: object): void
  openapi: { logistics: Record<'getQuota' | 'getAllAccount' | 'getPath', (data: object) => Promise<object>> }
  callFunction(options: object): Promise<{ result: unknown }>
  uploadFile(options: object): Promise<{ fileID: string }>
  getTempFileURL(options: object): Promise<{ fileList: { status: number; tempFileURL: string; maxAge: number }[] }>
  downloadFile(options: object): Promise<{ fileContent: Buffer }>
  deleteFile(options: object): Promise<{ fileList: { status: number }[] }>
  database(): Database
}

export interface Database {
  command: Record<'gte' | 'in' | 'inc' | 'push' | 'remove', (...values: unknown[]) => unknown> & {
    aggregate: { sum(field: string): unknown }
  }
  serverDate(): unknown
  RegExp(options: object): unknown
  createCollection(name: string): Promise<object>
  collection(name: string): Collection
  startTransaction(): Promise<Transaction>
  runTransaction(work: (transaction: Transaction) => Promise<void>): Promise<void>
}

interface Transaction {
  collection(name: string): Collection
  commit(): Promise<object>
  rollback(reason: unknown): Promise<object>
}

interface Query {
  where(query: object): Query
  orderBy(field: string, direction: string): Query
  skip(n: number): Query
  limit(n: number): Query
  field(fields: object): Query
  get(): Promise<{ data: Data[] }>
  count(): Promise<{ total: number }>
  update(options: { data: object }): Promise<{ stats: { updated: number } }>
}

export interface Collection extends Query {
  add(options: { data: object }): Promise<{ _id: string }>
  doc(id: string): {
    get(): Promise<{ data: Data }>
    set(options: { data: object }): Promise<{ stats: { updated: number; created: number } }>
    update(options: { data: object }): Promise<{ stats: { updated: number } }>
    remove(): Promise<{ stats: { removed: number } }>
  }
  aggregate(): Aggregate
}

interface Aggregate extends Record<'match' | 'group' | 'sort', (value: object) => Aggregate> {
  limit(n: number): Aggregate
  end(): Promise<{ list: Data[] }>
}

/** The real SDK in this process, as an instance of a cloud function whose platform is the gateway. */
export function openSdk(gateway: TestGateway): Sdk {
  Object.assign(process.env, {
    TCB_CONTEXT_CNFG: JSON.stringify({ URL: gateway.url }),
    TENCENTCLOUD_RUNENV: 'SCF',
    TENCENTCLOUD_REGION: 'ap-shanghai',
    TENCENTCLOUD_SECRETID: 'id',
    TENCENTCLOUD_SECRETKEY: 'key',
    SCF_NAMESPACE: 'local-test',
    WX_CONTEXT_KEYS: 'WX_API_TOKEN',
  })
  const sdk: Sdk = require('wx-server-sdk')
  sdk.init({ env: 'local-test' })
  return sdk
}
