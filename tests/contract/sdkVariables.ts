import type { Sessions } from '../../local/sessions'

/** What the platform sets for a function, so that the real wx-server-sdk finds a gateway and is let in. */
export function sdkVariables(gatewayUrl: string, sessions: Sessions): Record<string, string> {
  return {
    TCB_CONTEXT_CNFG: JSON.stringify({ URL: gatewayUrl }),
    TENCENTCLOUD_RUNENV: 'SCF',
    TENCENTCLOUD_REGION: 'ap-shanghai',
    TENCENTCLOUD_SECRETID: 'id',
    TENCENTCLOUD_SECRETKEY: 'key',
    SCF_NAMESPACE: 'contract',
    WX_CONTEXT_KEYS: 'WX_API_TOKEN',
    WX_API_TOKEN: sessions.issue({ functionName: 'contract', source: 'wx_client', openid: 'oABC' }),
  }
}
