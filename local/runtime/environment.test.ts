import { describe, expect, test } from '@jest/globals'
import type { Caller } from './caller'
import { invocationVariables, processVariables } from './environment'

const settings = { appid: 'wxapp', apiToken: 'token', requestId: 'request', now: 1700000000000 }

describe('invocationVariables', () => {
  test('a client has an openid and an address', () => {
    expect(invocationVariables({ kind: 'client', openid: 'oAlice' }, settings)).toEqual({
      WX_CLIENTIP: '127.0.0.1',
      WX_APPID: 'wxapp',
      WX_OPENID: 'oAlice',
      WX_API_TOKEN: 'token',
      WX_CONTEXT_KEYS: 'WX_CLIENTIP,WX_APPID,WX_OPENID,WX_API_TOKEN',
      TCB_SEQID: '1700000000000_request',
      TRIGGER_SRC: 'tcb',
      TCB_SESSIONTOKEN: 'local-session-token',
      TCB_SOURCE: 'wx_client',
      TCB_CONTEXT_KEYS: 'TCB_ENV,TCB_SEQID,TRIGGER_SRC,TCB_SESSIONTOKEN,TCB_SOURCE',
    })
  })

  test('a timer has neither', () => {
    const variables = invocationVariables({ kind: 'timer', triggerName: 'hourly' }, settings)
    expect(variables).toMatchObject({ WX_CONTEXT_KEYS: 'WX_APPID,WX_API_TOKEN', TRIGGER_SRC: 'timer' })
    expect(variables).not.toHaveProperty('WX_OPENID')
    expect(variables).not.toHaveProperty('WX_CLIENTIP')
  })

  test.each<[Caller, string, string | undefined]>([
    [{ kind: 'function', source: 'wx_client', openid: 'oAlice' }, 'wx_client,scf', 'oAlice'],
    [{ kind: 'function', source: 'wx_trigger' }, 'wx_trigger,scf', undefined],
    [{ kind: 'http' }, 'wx_http', undefined],
  ])('%j is seen as %s, user %s', (caller, source, openid) => {
    const variables = invocationVariables(caller, settings)
    expect(variables['TCB_SOURCE']).toBe(source)
    expect(variables['WX_OPENID']).toBe(openid)
  })
})

test('what the owner configures cannot replace what the platform sets, except the time zone', () => {
  const configured = { TCB_ENV: 'other', TENCENTCLOUD_RUNENV: 'x', TZ: 'Asia/Shanghai', KEY: 'value' }
  const variables = processVariables({ envId: 'env', gatewayUrl: 'http://127.0.0.1:1/admin', configured })
  expect(variables).toMatchObject({
    TCB_ENV: 'env',
    SCF_NAMESPACE: 'env',
    TENCENTCLOUD_RUNENV: 'SCF',
    TCB_CONTEXT_CNFG: '{"URL":"http://127.0.0.1:1/admin"}',
    TZ: 'Asia/Shanghai',
    KEY: 'value',
  })
})
