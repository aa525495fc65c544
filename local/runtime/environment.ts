import { type Caller, openidOf, sourceOf } from './caller'

type Variables = Record<string, string>

export const REGION = 'ap-shanghai'

export interface ProcessSettings {
  envId: string
  gatewayUrl: string
  /** The variables that the function's owner configured. */
  configured: Variables
}

/** What an instance is started with. Nothing comes from the parent's environment, as nothing would on the platform. */
export function processVariables({ envId, gatewayUrl, configured }: ProcessSettings): Variables {
  return {
    // The platform's clock is UTC unless the owner sets another zone.
    TZ: 'UTC',
    ...configured,
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TENCENTCLOUD_RUNENV: 'SCF',
    TENCENTCLOUD_REGION: REGION,
    // Never checked here, but wx-server-sdk ends the process when they are missing.
    TENCENTCLOUD_SECRETID: 'local-secret-id',
    TENCENTCLOUD_SECRETKEY: 'local-secret-key',
    TENCENTCLOUD_SESSIONTOKEN: 'local-session-token',
    SCF_NAMESPACE: envId,
    TCB_ENV: envId,
    TCB_CONTEXT_CNFG: JSON.stringify({ URL: gatewayUrl }),
  }
}

export interface InvocationSettings {
  appid: string
  apiToken: string
  requestId: string
  now: number
}

/** What changes from one invocation to the next: who calls, and the token that speaks for this invocation. */
export function invocationVariables(caller: Caller, settings: InvocationSettings): Variables {
  const openid = openidOf(caller)
  const wx: Variables = {
    ...(caller.kind === 'timer' ? {} : { WX_CLIENTIP: '127.0.0.1' }),
    WX_APPID: settings.appid,
    ...(openid === undefined ? {} : { WX_OPENID: openid }),
    WX_API_TOKEN: settings.apiToken,
  }
  const tcb: Variables = {
    TCB_SEQID: `${settings.now}_${settings.requestId}`,
    TRIGGER_SRC: caller.kind === 'timer' ? 'timer' : 'tcb',
    TCB_SESSIONTOKEN: 'local-session-token',
    TCB_SOURCE: sourceOf(caller),
  }
  // wx-server-sdk believes only the variables that these two lists name.
  return {
    ...wx,
    WX_CONTEXT_KEYS: Object.keys(wx).join(','),
    ...tcb,
    TCB_CONTEXT_KEYS: ['TCB_ENV', ...Object.keys(tcb)].join(','),
  }
}
