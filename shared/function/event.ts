import { CallError, text } from '../call'
import type { Caller } from './caller'

/** Keys that the platform adds to a client's event; they are the platform's, not the caller's word for who calls. */
const CLIENT_EXTRAS = ['userInfo', 'tcbContext']
const TIMER_KEYS = ['Type', 'TriggerName', 'Time', 'Message']

/**
 * The caller's input: the event without what the platform adds. For a timer it is the JSON object in `Message`, or
 * `{}` when `Message` is blank. Throws INVALID_ARGUMENT when that is not an object.
 */
export function inputFrom(event: unknown, caller: Caller): Record<string, unknown> {
  const object = asObject(event === undefined ? {} : event, '')
  if (caller.kind === 'timer' && 'TriggerName' in object) {
    return { ...without(object, TIMER_KEYS), ...messageOf(object['Message']) }
  }
  return without(object, CLIENT_EXTRAS)
}

function messageOf(message: unknown): Record<string, unknown> {
  if (message === undefined || (typeof message === 'string' && message.trim() === '')) return {}
  if (typeof message !== 'string') return asObject(message, 'Message')
  try {
    return asObject(JSON.parse(message), 'Message')
  } catch (error) {
    if (error instanceof CallError) throw error
    throw notAnObject('Message')
  }
}

function without(object: Record<string, unknown>, keys: string[]): Record<string, unknown> {
  if (!keys.some(key => Object.hasOwn(object, key))) return object
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)))
}

function asObject(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notAnObject(path)
  return value as Record<string, unknown>
}

function notAnObject(path: string): CallError {
  const message = text('应为一个 JSON 对象', 'must be a JSON object')
  return new CallError('INVALID_ARGUMENT', text('输入必须是一个 JSON 对象。', 'The input must be a JSON object.'), {
    fields: [{ path, message }],
  })
}
