import { answer, roleFor } from '../../shared/board'
import type { Call } from '../../shared/call'
import { type Caller, defineFunction, isListedAdmin } from '../../shared/function'
import { input } from './input'

/** What the Mini Program shows and sets: the board, history, connections, members, runs. */
export const main = defineFunction({
  name: 'quotaBoard',
  role: ({ action }) => roleFor(action),
  input,
  run: (request, call, caller) => answer(request, personOf(caller, call), call),
})

function personOf(caller: Caller, call: Call) {
  if (caller.kind !== 'client') return undefined
  return { openid: caller.openid, isListedAdmin: isListedAdmin(caller.openid, call) }
}
