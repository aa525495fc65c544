import { EJSON } from 'bson'
import { invalid } from '../refusal'
import { type Document, isPlainObject } from './value'

const INT32 = 2 ** 31

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

/**
 * Canonical EJSON, what the platform sends and what the store keeps, of a settled value. Faster than bson's own, since
 * answers and writes of a thousand documents are mostly this; bson writes what is rare.
 */
export function stringifyEjson(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number' && Number.isSafeInteger(value) && !Object.is(value, -0)) {
    return value >= -INT32 && value < INT32 ? `{"$numberInt":"${value}"}` : `{"$numberLong":"${value}"}`
  }
  let text = ''
  if (Array.isArray(value)) {
    for (const item of value) text += `${text === '' ? '' : ','}${stringifyEjson(item)}`
    return `[${text}]`
  }
  if (!isPlainObject(value)) return EJSON.stringify(value, { relaxed: false })
  for (const field in value) text += `${text === '' ? '' : ','}${quoted(field)}:${stringifyEjson(value[field])}`
  return `{${text}}`
}

/** Most texts need no escapes. */
function quoted(text: string): string {
  return /^[\w-]*$/.test(text) ? `"${text}"` : JSON.stringify(text)
}

/** A document as `stringifyEjson` wrote it; several times faster than EJSON.parse, with which a large store opens slowly. */
export function parseStored(text: string): Document {
  const document: unknown = JSON.parse(text)
  if (!isPlainObject(document)) throw new Error('a stored document is not an object')
  for (const field in document) document[field] = revived(document[field])
  return document
}

/** The value of one piece of JSON; arrays and objects are changed in place. */
function revived(json: unknown): unknown {
  if (typeof json !== 'object' || json === null) return json
  if (Array.isArray(json)) {
    json.forEach((item, index) => {
      json[index] = revived(item)
    })
    return json
  }
  const object = json as Document
  for (const field in object) {
    // A stored field never begins with a dollar sign.
    if (field.startsWith('$')) return scalar(field, object[field])
    object[field] = revived(object[field])
  }
  return object
}

function scalar(type: string, json: unknown): unknown {
  if (type === '$date') return new Date(Number(revived(json)))
  if (type === '$numberInt' || type === '$numberLong' || type === '$numberDouble') return Number(json)
  throw new Error(`a stored document holds a value of type ${type}`)
}
