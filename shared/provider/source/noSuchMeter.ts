import { CallError, text } from '../../call'

/** NOT_FOUND: the connection has no meter by this key, or has it no more. */
export function noSuchMeter(): CallError {
  return new CallError(
    'NOT_FOUND',
    text('该账号下已没有这一项。请刷新列表。', 'This account has no such meter any more. Reload the list.'),
  )
}
