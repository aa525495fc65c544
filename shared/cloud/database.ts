import type { Environment } from '../call'
import { cloudSdk } from './sdk'

/** What is used of `cloud.database()`, typed by what it does; the shipped types leave results open. */
export interface CloudDatabase {
  command: CloudCommand
  RegExp(options: { regexp: string; options: string }): unknown
  collection(name: string): CloudCollection
  createCollection(name: string): Promise<unknown>
}

interface CloudCollection extends CloudQuery {
  add(options: { data: readonly object[] }): Promise<{ _ids: string[] }>
}

interface CloudQuery {
  where(condition: object): CloudQuery
  orderBy(field: string, direction: 'asc' | 'desc'): CloudQuery
  skip(count: number): CloudQuery
  limit(count: number): CloudQuery
  field(fields: Record<string, boolean>): CloudQuery
  get(): Promise<{ data: Record<string, unknown>[] }>
  count(): Promise<{ total: number }>
  update(options: { data: object }): Promise<{ stats: { updated: number } }>
  remove(): Promise<{ stats: { removed: number } }>
}

/** A condition on one field, or a whole one. */
export interface Condition {
  and(other: unknown): Condition
}

/** The operators of queries and changes. */
export interface CloudCommand {
  in(values: readonly unknown[]): Condition
  nin(values: readonly unknown[]): Condition
  neq(value: unknown): Condition
  lt(value: unknown): Condition
  lte(value: unknown): Condition
  gt(value: unknown): Condition
  gte(value: unknown): Condition
  exists(there: boolean): Condition
  and(conditions: readonly unknown[]): Condition
  or(conditions: readonly object[]): object
  inc(by: number): unknown
  /** Replaces a nested object whole; a bare one would be merged into what is there. */
  set(value: unknown): unknown
  remove(): unknown
  push(items: { each: readonly unknown[]; slice?: number }): unknown
}

/** The environment's document database. Throws NOT_CONFIGURED outside the cloud. */
export function cloudDatabase(environment: Environment): CloudDatabase {
  return cloudSdk(environment).database() as unknown as CloudDatabase
}
