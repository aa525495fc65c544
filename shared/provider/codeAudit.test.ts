import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { makeCall } from '../../tests/support/call'
import { failureOf } from '../../tests/support/failure'
import { json, startUpstream, type TestUpstream } from '../../tests/support/upstream'
import { readCodeAuditQuota } from './codeAudit'

const FULL = { rest: 18, limit: 20, speedup_rest: 3, speedup_limit: 5 }

describe('readCodeAuditQuota', () => {
  let upstream: TestUpstream
  let answer: unknown
  beforeEach(async () => {
    answer = { errcode: 0, errmsg: 'ok', ...FULL }
    upstream = await startUpstream(() => json(answer))
  })
  afterEach(() => upstream.close())

  it('gives the allowance of the month', async () => {
    expect(await read('wx1')).toEqual({ rest: 18, limit: 20, speedupRest: 3, speedupLimit: 5, standing: 'current' })
    const [exchange] = upstream.exchanges
    expect(exchange?.method).toBe('GET')
    expect(`${exchange?.url.pathname}${exchange?.url.search}`).toBe('/wxa/queryquota?access_token=token')
  })

  it('takes any authorised app’s token when none is named', async () => {
    expect(await read(undefined, { WECHAT_AUTHORIZER_APPID: undefined })).toMatchObject({ rest: 18 })
  })

  it('is not-granted when all four are zero', async () => {
    answer = { errcode: 0, rest: 0, limit: 0, speedup_rest: 0, speedup_limit: 0 }
    expect(await read('wx1')).toEqual({ rest: 0, limit: 0, speedupRest: 0, speedupLimit: 0, standing: 'not-granted' })
  })

  it.each(Object.keys(FULL))('is current, used up or not, when only %s is not zero', async key => {
    answer = { rest: 0, limit: 0, speedup_rest: 0, speedup_limit: 0, [key]: 1 }
    expect((await read('wx1')).standing).toBe('current')
  })

  it.each(Object.keys(FULL))('is UPSTREAM_CHANGED, never 0, without %s', async key => {
    answer = { ...FULL, [key]: undefined }
    expect(await failureOf(read('wx1'))).toMatchObject({
      code: 'UPSTREAM_CHANGED',
      upstream: { message: expect.stringMatching(new RegExp(`^${key}: `)) },
    })
  })

  it.each([-1, 1.5, '18', null, 2 ** 53])('is UPSTREAM_CHANGED for a rest of %p', async rest => {
    answer = { ...FULL, rest }
    expect((await failureOf(read('wx1'))).code).toBe('UPSTREAM_CHANGED')
  })

  it('is NOT_FOUND for another app, NOT_CONFIGURED without a token', async () => {
    expect((await failureOf(read('wx2'))).code).toBe('NOT_FOUND')
    const none = { WECHAT_AUTHORIZER_ACCESS_TOKEN: undefined }
    expect((await failureOf(read(undefined, none))).code).toBe('NOT_CONFIGURED')
    expect(upstream.exchanges).toEqual([])
  })

  it('passes WeChat’s error on', async () => {
    answer = { errcode: 85085, errmsg: 'no quota of audits rid: 1-2' }
    expect(await failureOf(read('wx1'))).toMatchObject({
      code: 'UPSTREAM_REJECTED',
      upstream: { code: '85085', requestId: '1-2' },
    })
  })

  function read(authorizerAppid: string | undefined, variables: NodeJS.ProcessEnv = {}) {
    const own = { WECHAT_AUTHORIZER_APPID: 'wx1', WECHAT_AUTHORIZER_ACCESS_TOKEN: 'token' }
    return readCodeAuditQuota(
      authorizerAppid,
      makeCall({ variables: { WECHAT_API_URL: upstream.url, ...own, ...variables } }),
    )
  }
})
