import * as v from 'valibot'
import type { Route } from '../http/server'
import type { Session } from '../sessions'
import { jsonRoute } from './answer'
import { Refusal } from './refusal'
import { check, parameters } from './schema'

/** Runs another function: its result as JSON text, or an error whose message the caller is sent. */
export type Invoke = (functionName: string, event: string, session: Session) => Promise<string>

const INVOKE = parameters({ function_name: v.string(), request_data: v.optional(v.string()) })

/** `cloud.callFunction()`. */
export function invokeRoute(invoke: Invoke, session: Session, action: string, fields: unknown): Route {
  return jsonRoute(action, async () => {
    const { function_name: name, request_data: event } = check(INVOKE, fields)
    try {
      return { data: { response_data: await invoke(name, event ?? '{}', session) } }
    } catch (error) {
      throw new Refusal('FUNCTIONS_EXECUTE_FAIL', error instanceof Error ? error.message : String(error))
    }
  })
}
