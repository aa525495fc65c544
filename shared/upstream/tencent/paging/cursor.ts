import { createHash } from 'node:crypto'
import * as v from 'valibot'
import { invalidArgument, text } from '../../../call'

/** Longer ones are refused; the input schema says so too. */
export const LONGEST_CURSOR = 8000

/**
 * The opaque word that says where the next call goes on. It holds the place and a digest of what was asked, so that it
 * serves no other question.
 */
export function cursorFor(question: readonly unknown[], place: unknown): string {
  return Buffer.from(JSON.stringify([digest(question), place])).toString('base64url')
}

/**
 * The place that a cursor names. Throws INVALID_ARGUMENT, field `cursor`, for one that is damaged or belongs to another
 * question. It is the caller's word: who forges one misleads but themselves.
 */
export function placeFrom<const Schema extends v.GenericSchema>(
  cursor: string,
  question: readonly unknown[],
  schema: Schema,
): v.InferOutput<Schema> {
  const result = v.safeParse(v.strictTuple([v.literal(digest(question)), schema]), decode(cursor))
  if (result.success) return result.output[1]
  const message = text(
    '应为上一次回答中的 next，且其他输入项与那次相同',
    'must be the `next` of the answer before, with all other inputs as they were',
  )
  throw invalidArgument([{ path: 'cursor', message }])
}

function decode(cursor: string): unknown {
  if (cursor.length > LONGEST_CURSOR || !/^[\w-]+$/.test(cursor)) return undefined
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

function digest(question: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(question)).digest('base64url').slice(0, 16)
}
