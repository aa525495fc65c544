/** Who calls, by the platform's word only; the event is never asked. */
export type Caller =
  | { kind: 'client'; openid: string }
  | { kind: 'timer' }
  | { kind: 'function' }
  | { kind: 'http' }
  | { kind: 'unknown' }

type Variables = Record<string, string | undefined>

/**
 * Reads the caller from the environment by the rule of wx-server-sdk's `getWXContext()`, so that the SDK need not be
 * loaded for it: a variable counts only if `WX_CONTEXT_KEYS` lists it, and without that list there is no context.
 * Source: wx-server-sdk 4.0.2, `getWXContext`; the contract test compares both.
 */
export function callerFrom(variables: Variables): Caller {
  const keys = variables['WX_CONTEXT_KEYS']
  const openid = keys?.split(',').includes('WX_OPENID') ? variables['WX_OPENID'] : undefined
  const source = keys ? variables['TCB_SOURCE'] || undefined : undefined
  // SOURCE is a chain: who calls now is its last link.
  const link = source?.split(',').at(-1)
  if (link === 'scf') return { kind: 'function' }
  if (openid) return { kind: 'client', openid }
  if (link === 'wx_trigger') return { kind: 'timer' }
  if (link === 'wx_http') return { kind: 'http' }
  // Some timers come without any context; then only this variable tells.
  if (link === undefined && variables['TRIGGER_SRC'] === 'timer') return { kind: 'timer' }
  return { kind: 'unknown' }
}
