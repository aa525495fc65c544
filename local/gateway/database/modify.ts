import { updateMany } from 'mingo'
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

/** Changed copies of the documents. `query` is what selected them: the positional `$` refers to it. */
export function modify(documents: readonly Document[], query: Document, modifier: Document): Document[] {
  if (Object.keys(modifier).length === 0) throw invalid('an update needs at least one operator')
  assertModifier(modifier)
  const prepared = prepare(modifier)
  for (const document of documents) assertApplicable(document, prepared)
  const changed = documents.map(copy)
  // mingo's type wants its own operators spelled out; their names are checked above.
  const expression = prepared as Parameters<typeof updateMany>[2]
  mingo(() => updateMany(changed, query, expression, { cloneMode: 'deep' }, MINGO_OPTIONS))
  return changed
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
