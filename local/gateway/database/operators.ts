import * as accumulators from 'mingo/operators/accumulator'
import * as expressions from 'mingo/operators/expression'
import * as stages from 'mingo/operators/pipeline'
import * as projections from 'mingo/operators/projection'
import * as queries from 'mingo/operators/query'
import * as updates from 'mingo/operators/update'
import * as windows from 'mingo/operators/window'
import { requestFailed, unknownOperator } from './error'
import { isPlainObject } from './value'

/** Scripts, and what would write around the store or read another clock than ours. */
const EXCLUDED = ['$where', '$function', '$accumulator', '$jsonSchema', '$out', '$merge', '$currentDate']

/** mingo fails on these by accident, or matches nothing. */
const NEED_ARRAY = ['$in', '$nin', '$all']

const QUERY = names(queries, ['$options'])
const PROJECTION = names(projections, Object.keys(queries))
const UPDATE = names(updates)
const UPDATE_VALUE = names(queries, ['$each', '$position', '$slice', '$sort'])
const STAGE = names(stages)
const EXPRESSION = new Set([
  ...names(expressions, Object.keys(accumulators)),
  ...names(windows),
  ...PROJECTION,
  ...STAGE,
  '$options',
])

function names(operators: object, more: string[] = []): ReadonlySet<string> {
  return new Set([...Object.keys(operators), ...more].filter(name => !EXCLUDED.includes(name)))
}

/** Refuses a query with an operator that mingo would only notice once a document comes along. */
export function assertQuery(query: unknown): void {
  walk(query, QUERY, (operator, value) => {
    if (NEED_ARRAY.includes(operator) && !Array.isArray(value)) throw requestFailed(`${operator} needs an array`)
    if (operator === '$expr') assertExpression(value)
    else assertQuery(value)
  })
}

export function assertProjection(projection: unknown): void {
  walk(projection, PROJECTION, (_, value) => assertProjection(value))
}

/** Refuses anything but update operators at the top, and unknown ones below. */
export function assertModifier(modifier: Readonly<Record<string, unknown>>): void {
  for (const [operator, fields] of Object.entries(modifier)) {
    if (!UPDATE.has(operator)) throw unknownOperator(operator)
    assertUpdateValue(fields)
  }
}

export function assertStage(stage: Readonly<Record<string, unknown>>): void {
  for (const [operator, value] of Object.entries(stage)) {
    if (!STAGE.has(operator)) throw unknownOperator(operator)
    if (operator === '$match') assertQuery(value)
    else assertExpression(value)
  }
}

function assertUpdateValue(value: unknown): void {
  walk(value, UPDATE_VALUE, (_, inner) => assertUpdateValue(inner))
}

function assertExpression(value: unknown): void {
  walk(value, EXPRESSION, (operator, inner) => {
    if (operator !== '$literal') assertExpression(inner)
  })
}

/** Calls `descend` for every operator below a value, having checked its name. */
function walk(value: unknown, known: ReadonlySet<string>, descend: (operator: string, value: unknown) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, known, descend)
  } else if (isPlainObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (!key.startsWith('$')) walk(item, known, descend)
      else if (known.has(key)) descend(key, item)
      else throw unknownOperator(key)
    }
  }
}
