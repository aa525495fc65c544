import { CallError } from '../../shared/call'

/** The CallError that the work fails with. Throws when it succeeds, or fails with anything else. */
export async function failureOf(work: Promise<unknown> | (() => unknown)): Promise<CallError> {
  let result: unknown
  try {
    result = await (typeof work === 'function' ? work() : work)
  } catch (error) {
    if (error instanceof CallError) return error
    throw error
  }
  throw new Error(`expected a failure, got ${JSON.stringify(result)}`)
}
