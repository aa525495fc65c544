import * as v from 'valibot'
import type { Provider } from '../call'
import { changed } from './failure'

/** The answer as its schema types it. Throws UPSTREAM_CHANGED naming the first part that does not fit. */
export function checkAnswer<const Schema extends v.GenericSchema>(
  schema: Schema,
  answer: unknown,
  provider: Provider,
  requestId?: string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, answer, { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  // The expectation is repeated, what was received is not: it could be personal or secret.
  throw changed(
    provider,
    `${v.getDotPath(issue) ?? 'answer'}: expected ${issue.expected ?? 'another value'}`,
    requestId,
  )
}
