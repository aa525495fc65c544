import { EJSON } from 'bson'
import { invalid } from '../refusal'
import { type Document, isPlainObject } from './value'

/** The value of an EJSON text; 64-bit integers come as bigint so that none is rounded on the way. */
export function parseEjson(text: string, what: string): unknown {
  try {
    return EJSON.parse(text, { relaxed: true, useBigInt64: true })
  } catch (error) {
    throw invalid(`${what} is not valid EJSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** The same for a text that has to hold an object. */
export function parseEjsonObject(text: string, what: string): Document {
  const value = parseEjson(text, what)
  if (!isPlainObject(value)) throw invalid(`${what} must be an object`)
  return value
}

/** Canonical EJSON: what the platform sends and what the store keeps. */
export function stringifyEjson(value: unknown): string {
  return EJSON.stringify(value, { relaxed: false })
}
