import { BSONRegExp } from 'bson'
import { invalid } from '../refusal'

export type Id = string | number

/** A document's fields, all of them types that the platform stores: null, boolean, number, string, Date, array, object. */
export interface Document {
  [field: string]: unknown
}

/**
 * Turns what EJSON decoding (or an in-process caller) hands over into values that mingo can compare: safe numbers, RegExp,
 * server dates resolved. Always a copy. A type that the platform does not store is refused, never rounded.
 */
export function settle(value: unknown, now: number): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'bigint') return exactNumber(value)
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw invalid('a date is invalid')
    return new Date(value)
  }
  if (value instanceof RegExp) return value
  if (value instanceof BSONRegExp) return regularExpression(value)
  if (Array.isArray(value)) return value.map(item => settle(item, now))
  if (!isPlainObject(value)) throw invalid(`a value of type ${typeName(value)} is not supported by the local database`)
  if ('$tcb_server_date' in value) return serverDate(value, now)
  const result: Document = {}
  for (const [field, item] of Object.entries(value)) {
    if (field === '__proto__') throw invalid('a field may not be called __proto__')
    if (item !== undefined) result[field] = settle(item, now)
  }
  return result
}

/** The same for a value that has to be an object: a query, a modifier, a document. */
export function settleObject(value: unknown, now: number, what: string): Document {
  const settled = settle(value, now)
  if (!isPlainObject(settled)) throw invalid(`${what} must be an object`)
  return settled
}

/** Refuses what may be part of a query but never of a stored document. Fields that it shares with `stored` are good. */
export function assertStorable(value: unknown, stored?: Document): void {
  if (value instanceof RegExp) throw invalid('a regular expression cannot be stored')
  if (typeof value === 'number') exactNumber(value)
  if (Array.isArray(value)) for (const item of value) assertStorable(item)
  if (!isPlainObject(value)) return
  for (const field in value) {
    const item = value[field]
    if (stored && item === stored[field]) continue
    if (field.startsWith('$')) throw invalid(`a stored field may not begin with a dollar sign: ${field}`)
    if (field === '' || field.includes('.')) throw invalid(`a stored field may not be empty or hold a dot: "${field}"`)
    assertStorable(item)
  }
}

export function isPlainObject(value: unknown): value is Document {
  if (typeof value !== 'object' || value === null) return false
  const prototype = Object.getPrototypeOf(value)
  // A second realm's Object.prototype (jest, vm) counts: its own prototype is null as well.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

export function isId(value: unknown): value is Id {
  return typeof value === 'string' || (typeof value === 'number' && !Number.isNaN(value))
}

/** A copy of a stored value that the caller may change. */
export function copy<T>(value: T): T {
  if (value instanceof Date) return new Date(value) as T
  if (Array.isArray(value)) return value.map(copy) as T
  if (!isPlainObject(value)) return value
  const result: Document = {}
  for (const field in value) result[field] = copy(value[field])
  return result as T
}

function exactNumber(value: number | bigint): number {
  const number = Number(value)
  if (Number.isSafeInteger(number) || !Number.isInteger(number)) return number
  throw invalid(`the integer ${value} is too large to stay exact; store it as text`)
}

function regularExpression({ pattern, options }: BSONRegExp): RegExp {
  try {
    return new RegExp(pattern, options)
  } catch {
    throw invalid(`the regular expression /${pattern}/${options} is not valid`)
  }
}

function serverDate(value: Document, now: number): Date {
  const marker = value['$tcb_server_date']
  const offset = isPlainObject(marker) ? marker['offset'] : undefined
  if (typeof offset !== 'number') throw invalid('$tcb_server_date needs a numeric offset')
  return new Date(now + offset)
}

function typeName(value: unknown): string {
  if (typeof value !== 'object' || value === null) return typeof value
  const bsonType: unknown = Reflect.get(value, '_bsontype')
  return typeof bsonType === 'string' ? bsonType : (value.constructor?.name ?? 'object')
}
