/** What the contract needs of a wx-server-sdk, typed by what it does; the shipped types lack results. */
export interface CloudSdk {
  getWXContext(): Record<string, unknown>
  openapi: Record<string, Record<string, (parameters: object) => Promise<Record<string, unknown>>>>
  callFunction(options: { name: string; data?: object }): Promise<{ result: unknown; errMsg: string }>
  database(config?: object): Database
}

export interface Database {
  command: Record<string, (...args: unknown[]) => Condition>
  RegExp(pattern: { regexp: string; options?: string }): unknown
  collection(name: string): Collection
  createCollection(name: string): Promise<unknown>
}

interface Condition {
  and(...others: unknown[]): Condition
  or(...others: unknown[]): Condition
  lt(value: unknown): Condition
}

export interface Query {
  where(condition: unknown): Query
  orderBy(path: string, direction: string): Query
  skip(count: number): Query
  limit(count: number): Query
  field(fields: object): Query
  get(): Promise<{ data: Record<string, unknown>[]; errMsg: string }>
  count(): Promise<{ total: number; errMsg: string }>
  update(options: { data: object }): Promise<{ stats: { updated: number }; errMsg: string }>
  remove(): Promise<{ stats: { removed: number }; errMsg: string }>
}

export interface Collection extends Query {
  add(options: { data: object | object[] }): Promise<{ _id?: string; _ids?: string[]; errMsg: string }>
  doc(id: string): Doc
}

interface Doc {
  get(): Promise<{ data: Record<string, unknown> | null; errMsg: string }>
  set(options: { data: object }): Promise<{ _id: string; stats: { updated: number; created: number } }>
  update(options: { data: object }): Promise<{ stats: { updated: number } }>
  remove(): Promise<{ stats: { removed: number } }>
}

/** A wx-server-sdk and the platform behind it. */
export interface Platform {
  sdk: CloudSdk
  /** Declares an API and answers it: parameters and answer as they travel, in snake_case; text goes out as it is. */
  openapi(api: string, handler: (parameters: Record<string, unknown>) => unknown): void
  /** Deploys a function for `callFunction`. */
  deploy(name: string, main: (event: unknown) => unknown): void
  close(): Promise<void>
}

/** What the work throws or rejects with. Errors are compared by their properties: a bundle may rename their classes. */
export async function thrownBy(work: () => unknown): Promise<{ errCode?: number; errMsg?: string; message: string }> {
  try {
    await work()
  } catch (error) {
    return error as { message: string }
  }
  throw new Error('expected a failure')
}
