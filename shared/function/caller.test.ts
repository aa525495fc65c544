import { describe, expect, it } from '@jest/globals'
import { type Caller, callerFrom } from './caller'

const CLIENT_KEYS = 'WX_CLIENTIP,WX_APPID,WX_OPENID,WX_API_TOKEN'
const client = { WX_CONTEXT_KEYS: CLIENT_KEYS, WX_OPENID: 'oABC', TRIGGER_SRC: 'tcb' }
const bare = { WX_CONTEXT_KEYS: 'WX_API_TOKEN' }

describe('callerFrom', () => {
  it.each<[string, Record<string, string>, Caller]>([
    ['a Mini Program', { ...client, TCB_SOURCE: 'wx_client' }, { kind: 'client', openid: 'oABC' }],
    ['the developer tools', { ...client, TCB_SOURCE: 'wx_devtools' }, { kind: 'client', openid: 'oABC' }],
    ['a client without a source', client, { kind: 'client', openid: 'oABC' }],
    ['a client behind another function', { ...client, TCB_SOURCE: 'wx_client,scf' }, { kind: 'function' }],
    ['a function behind a timer', { ...bare, TCB_SOURCE: 'wx_trigger,scf' }, { kind: 'function' }],
    ['a function', { ...bare, TCB_SOURCE: 'scf' }, { kind: 'function' }],
    ['scf that is not the last link', { ...bare, TCB_SOURCE: 'scf,wx_http' }, { kind: 'http' }],
    ['a timer', { ...bare, TCB_SOURCE: 'wx_trigger', TRIGGER_SRC: 'timer' }, { kind: 'timer' }],
    ['a timer with an OPENID', { ...client, TCB_SOURCE: 'wx_trigger' }, { kind: 'client', openid: 'oABC' }],
    ['a timer without any context', { TRIGGER_SRC: 'timer' }, { kind: 'timer' }],
    ['a timer with an empty source', { ...bare, TCB_SOURCE: '', TRIGGER_SRC: 'timer' }, { kind: 'timer' }],
    ['http access', { ...bare, TCB_SOURCE: 'wx_http' }, { kind: 'http' }],
    ['http access that looks timed', { ...bare, TCB_SOURCE: 'wx_http', TRIGGER_SRC: 'timer' }, { kind: 'http' }],
    ['an unknown source', { ...bare, TCB_SOURCE: 'wx_paycallback' }, { kind: 'unknown' }],
    ['an unknown source, timed', { ...bare, TCB_SOURCE: 'wx_unknown', TRIGGER_SRC: 'timer' }, { kind: 'unknown' }],
    ['nothing at all', {}, { kind: 'unknown' }],
    ['an OPENID that is not listed', { WX_CONTEXT_KEYS: 'WX_APPID', WX_OPENID: 'oABC' }, { kind: 'unknown' }],
    ['an OPENID listed as part of a name', { WX_CONTEXT_KEYS: 'WX_OPENID2', WX_OPENID: 'o' }, { kind: 'unknown' }],
    ['an OPENID without a list', { WX_OPENID: 'oABC', TCB_SOURCE: 'wx_client' }, { kind: 'unknown' }],
    ['an empty list', { WX_CONTEXT_KEYS: '', WX_OPENID: 'oABC', TCB_SOURCE: 'scf' }, { kind: 'unknown' }],
    ['an empty OPENID', { ...client, WX_OPENID: '', TCB_SOURCE: 'wx_client' }, { kind: 'unknown' }],
    ['an all-digit OPENID', { ...client, WX_OPENID: '00123' }, { kind: 'client', openid: '00123' }],
  ])('%s', (_, variables, expected) => {
    expect(callerFrom(variables)).toEqual(expected)
  })
})
