/** Who starts a function. */
export type Caller =
  | { kind: 'client'; openid: string }
  | { kind: 'timer'; triggerName: string; message?: string }
  /** Another function: `source` is that function's own chain, its session's `source`. */
  | { kind: 'function'; source: string; openid?: string }
  | { kind: 'http' }

/** The chain of sources that the called function sees; its last link is who calls now. */
export function sourceOf(caller: Caller): string {
  switch (caller.kind) {
    case 'client':
      return 'wx_client'
    case 'timer':
      return 'wx_trigger'
    case 'function':
      return `${caller.source},scf`
    case 'http':
      return 'wx_http'
  }
}

/** The user on whose behalf the function runs; a function that a user's function calls sees the same one. */
export function openidOf(caller: Caller): string | undefined {
  return caller.kind === 'client' || caller.kind === 'function' ? caller.openid : undefined
}

/** What the platform makes of an event: it names the user of a client's, over what the client wrote, and writes a timer's. */
export function eventFor(caller: Caller, event: unknown, appid: string, now: number): unknown {
  switch (caller.kind) {
    case 'client':
      if (typeof event !== 'object' || event === null || Array.isArray(event)) return event
      return { ...event, userInfo: { appId: appid, openId: caller.openid }, tcbContext: {} }
    case 'timer': {
      const time = new Date(now).toISOString().replace(/\.\d+/, '')
      return { Type: 'Timer', TriggerName: caller.triggerName, Time: time, Message: caller.message ?? '' }
    }
    default:
      return event
  }
}
