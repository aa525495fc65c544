import * as v from 'valibot'
import { invalid } from './refusal'

/** What wx-server-sdk adds to every request. */
const COMMON = {
  action: v.string(),
  envName: v.optional(v.string()),
  wxCloudApiToken: v.optional(v.string()),
  wxCloudbaseAccesstoken: v.optional(v.string()),
  tcb_sessionToken: v.optional(v.string()),
  sessionToken: v.optional(v.string()),
  crossAuthorizationToken: v.optional(v.string()),
}

/** A request's schema: the common parameters, these, and none besides. */
export function parameters<T extends v.ObjectEntries>(entries: T) {
  return v.strictObject({ ...COMMON, ...entries })
}

/** Checks a request against its schema; a refusal names the parameter. */
export function check<T extends v.GenericSchema>(schema: T, fields: unknown): v.InferOutput<T> {
  const result = v.safeParse(schema, fields)
  if (result.success) return result.output
  const [issue] = result.issues
  throw invalid(`parameter ${v.getDotPath(issue) ?? '(body)'}: ${issue.message}`)
}
