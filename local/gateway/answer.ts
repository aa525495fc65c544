import { randomUUID } from 'node:crypto'
import type { Reply, Route } from '../http/server'
import { Refusal } from './refusal'

/** The platform's JSON envelope around an answer. */
export function success(answer: Record<string, unknown>): Reply {
  return json({ requestId: randomUUID(), ...answer })
}

/** The platform's JSON error; its HTTP status is 200 as well. */
export function failure(code: string, message: string): Reply {
  return json({ code, message, requestId: randomUUID() })
}

/** A refusal as the platform's error. Anything else thrown is a defect here and stays one. */
export function refused(error: unknown): Reply {
  if (error instanceof Refusal) return failure(error.code, error.message)
  throw error
}

/** The route of an action that answers in the JSON envelope. */
export function jsonRoute(
  action: string,
  answer: () => Record<string, unknown> | Promise<Record<string, unknown>>,
): Route {
  return {
    api: action,
    answer: async () => {
      try {
        return success(await answer())
      } catch (error) {
        return refused(error)
      }
    },
    refuse: failure,
    hollow: () => success({}),
  }
}

function json(body: unknown): Reply {
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(body) }
}
