export type Document = Record<string, unknown>

const COMPARISONS = {
  eq: '$eq',
  neq: '$ne',
  gt: '$gt',
  gte: '$gte',
  lt: '$lt',
  lte: '$lte',
  in: '$in',
  nin: '$nin',
  all: '$all',
  exists: '$exists',
  size: '$size',
  elemMatch: '$elemMatch',
} as const
const LOGIC = { and: '$and', or: '$or', nor: '$nor' } as const
const UPDATES = {
  set: '$set',
  inc: '$inc',
  mul: '$mul',
  min: '$min',
  max: '$max',
  rename: '$rename',
  pull: '$pull',
  pullAll: '$pullAll',
  addToSet: '$addToSet',
} as const

/** A condition without its field yet: `_.gt(1)`, or several joined: `_.gt(1).and(_.lt(9))`. */
class Condition {
  constructor(
    readonly operator: string,
    readonly operands: unknown[],
  ) {}
  and = (...others: unknown[]) => new Condition('$and', [this, ...others.flat()])
  or = (...others: unknown[]) => new Condition('$or', [this, ...others.flat()])
}
for (const [name, operator] of Object.entries(COMPARISONS)) {
  Object.defineProperty(Condition.prototype, name, {
    value(this: Condition, value: unknown) {
      return this.and(new Condition(operator, [value]))
    },
  })
}

/** A change without its field yet: `_.inc(1)`. */
class Change {
  constructor(
    readonly operator: string,
    readonly operand: unknown,
  ) {}
}

/** `db.command`: only what is here exists; anything else is a TypeError, as in the SDK. */
export const command: Record<string, (...args: unknown[]) => unknown> = {
  ...mapped(COMPARISONS, operator => value => new Condition(operator, [value])),
  ...mapped(
    LOGIC,
    operator =>
      (...operands) =>
        new Condition(operator, operands.flat()),
  ),
  not: operand => new Condition('$not', [operand]),
  ...mapped(UPDATES, operator => value => new Change(operator, value)),
  remove: () => new Change('$unset', ''),
  pop: () => new Change('$pop', 1),
  shift: () => new Change('$pop', -1),
  push: (...values) => new Change('$push', pushed(values)),
  unshift: (...values) => new Change('$push', { $each: values.flat(1), $position: 0 }),
}

function mapped<V>(table: Record<string, string>, make: (operator: string) => V): Record<string, V> {
  return Object.fromEntries(Object.entries(table).map(([name, operator]) => [name, make(operator)]))
}

function pushed([first, ...rest]: unknown[]): Document {
  if (Array.isArray(first)) return { $each: first }
  if (!isPlain(first) || !('each' in first)) return { $each: [first, ...rest] }
  return Object.fromEntries(Object.entries(first).map(([key, value]) => [`$${key}`, value]))
}

/** `where(…)` in the language of MongoDB. */
export function toCriteria(where: unknown): Document {
  if (where instanceof Condition) return { [where.operator]: where.operands.map(toCriteria) }
  const conditions = Object.entries(flat(where as Document)).map(([path, value]) => onField(path, value))
  return conditions.length === 0 ? {} : { $and: conditions }
}

function onField(path: string, value: unknown): Document {
  if (!(value instanceof Condition)) return { [path]: value }
  const { operator, operands } = value
  if (operator === '$not') return { [path]: { $not: onField(path, operands[0])[path] } }
  if (Object.values<string>(LOGIC).includes(operator)) {
    return { [operator]: operands.map(one => (one instanceof Condition ? onField(path, one) : toCriteria(one))) }
  }
  return { [path]: { [operator]: operands[0] } }
}

/** The data of `update(…)` in the language of MongoDB: what is no command is set, nested objects key by key. */
export function toModifier(data: Document): Record<string, Document> {
  const modifier: Record<string, Document> = {}
  for (const [path, value] of Object.entries(flat(data))) {
    const { operator, operand } = value instanceof Change ? value : { operator: '$set', operand: value }
    if (path.startsWith('$')) modifier[path] = value as Document
    else modifier[operator] = { ...modifier[operator], [path]: operand }
  }
  return modifier
}

export function holdsChange(value: unknown): boolean {
  return value instanceof Change || (isPlain(value) && Object.values(value).some(holdsChange))
}

/** Nested objects as dotted paths, as the SDK sends them; operators in MongoDB's own words stay where they are. */
function flat(object: Document, prefix = ''): Document {
  const entries = Object.entries(object).flatMap(([key, value]): [string, unknown][] => {
    if (value === undefined) return []
    const path = prefix + key
    const isNested = isPlain(value) && Object.keys(value).length > 0
    if (!isNested || key.startsWith('$') || Object.keys(value).some(inner => inner.startsWith('$'))) {
      return [[path, value]]
    }
    return Object.entries(flat(value, `${path}.`))
  })
  return Object.fromEntries(entries)
}

export function isPlain(value: unknown): value is Document {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Condition) &&
    !(value instanceof Change)
  )
}
