import { updateMany } from 'mingo'
import { updateMany as updateEach } from 'mingo/updater'
import { isEqual, resolve } from 'mingo/util'
import { invalid } from '../refusal'
import { requestFailed } from './error'
import { assertModifier } from './operators'
import { MINGO_OPTIONS, mingo } from './select'
import { copy, type Document, isPlainObject } from './value'

/** What an operator needs to find at its path; mingo passes over anything else, MongoDB refuses it. */
const NEEDS: Readonly<Record<string, { what: string; fits: (value: unknown) => boolean }>> = {
  $inc: { what: 'a number', fits: value => typeof value === 'number' },
  $mul: { what: 'a number', fits: value => typeof value === 'number' },
  $bit: { what: 'a number', fits: value => typeof value === 'number' },
  $push: { what: 'an array', fits: Array.isArray },
  $addToSet: { what: 'an array', fits: Array.isArray },
  $pop: { what: 'an array', fits: Array.isArray },
  $pull: { what: 'an array', fits: Array.isArray },
  $pullAll: { what: 'an array', fits: Array.isArray },
}

/** These find nothing to do where the path does not exist, so they create nothing either. */
const NEVER_CREATE = new Set(['$unset', '$pop', '$pull', '$pullAll', '$rename'])

/**
 * Changed copies of the documents, which share what stays the same with them. `query` is what selected them: the
 * positional `$` refers to it.
 */
export function modify(documents: readonly Document[], query: Document, modifier: Document): Document[] {
  if (Object.keys(modifier).length === 0) throw invalid('an update needs at least one operator')
  assertModifier(modifier)
  const prepared = prepare(modifier)
  for (const document of documents) assertApplicable(document, prepared)
  const touched = touchedFields(prepared)
  const changed = documents.map(document => copyOf(document, touched))
  // mingo's type wants its own operators spelled out; their names are checked above.
  const expression = prepared as Parameters<typeof updateMany>[2]
  mingo(() => {
    // The documents are selected: only a positional path needs the query, and with it all the operators it may use.
    if (isPositional(prepared)) updateMany(changed, query, expression, { cloneMode: 'deep' }, MINGO_OPTIONS)
    else updateEach(changed, {}, expression, { cloneMode: 'deep' }, MINGO_OPTIONS)
  })
  return changed
}

/** The fields of the document itself that the paths of the modifier lie in. */
function touchedFields(modifier: Record<string, Document>): Set<string> {
  const paths = Object.values(modifier).flatMap(fields => Object.keys(fields))
  const targets = Object.values(modifier['$rename'] ?? {}).filter(target => typeof target === 'string')
  return new Set([...paths, ...targets].map(path => path.split('.')[0] ?? ''))
}

/** What is not touched is shared with the stored document, which nobody changes. */
function copyOf(document: Document, touched: ReadonlySet<string>): Document {
  const copied = { ...document }
  for (const field of touched) if (Object.hasOwn(copied, field)) copied[field] = copy(copied[field])
  return copied
}

function isPositional(modifier: Record<string, Document>): boolean {
  return Object.values(modifier).some(fields => Object.keys(fields).some(path => path.includes('$')))
}

/** mingo 7.2.6 keeps duplicates when `$addToSet` with `$each` creates the array, so they are taken out beforehand. */
function prepare(modifier: Document): Record<string, Document> {
  const prepared: Record<string, Document> = {}
  for (const [operator, fields] of Object.entries(modifier)) {
    if (!isPlainObject(fields)) throw invalid(`${operator} needs an object of fields`)
    prepared[operator] =
      operator === '$addToSet'
        ? Object.fromEntries(Object.entries(fields).map(([path, value]) => [path, withoutDuplicates(value)]))
        : fields
  }
  return prepared
}

function withoutDuplicates(value: unknown): unknown {
  const each = isPlainObject(value) ? value['$each'] : undefined
  if (!Array.isArray(each)) return value
  return { $each: each.filter((item, index) => each.findIndex(other => isEqual(other, item)) === index) }
}

function assertApplicable(document: Document, modifier: Record<string, Document>): void {
  for (const [operator, fields] of Object.entries(modifier)) {
    const need = NEEDS[operator]
    for (const path of Object.keys(fields)) {
      if (path.includes('$')) continue
      const value = resolve(document, path)
      if (need && value !== undefined && !need.fits(value)) {
        throw requestFailed(`Cannot apply ${operator} to a value that is not ${need.what}: ${path}`)
      }
      if (!NEVER_CREATE.has(operator)) assertReachable(document, path)
    }
  }
}

/** MongoDB's well-known refusal to create a field inside null, a scalar, or an array by name. */
function assertReachable(document: Document, path: string): void {
  let container: unknown = document
  let parent = ''
  for (const field of path.split('.')) {
    if (container === undefined) return
    if (Array.isArray(container) && /^\d+$/.test(field)) container = container[Number(field)]
    else if (isPlainObject(container)) container = container[field]
    else throw requestFailed(`Cannot create field '${field}' in element {${parent}: ${JSON.stringify(container)}}`)
    parent = field
  }
}
