import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { makeCall } from '../../tests/support/call'
import { failureOf } from '../../tests/support/failure'
import { json, startUpstream, type TestUpstream } from '../../tests/support/upstream'
import { readApiAllowance } from './apiAllowance'

const QUOTA = { daily_limit: 1000, used: 250, remain: 750 }

describe('readApiAllowance', () => {
  let upstream: TestUpstream
  let answer: unknown
  beforeEach(async () => {
    answer = { errcode: 0, errmsg: 'ok', quota: QUOTA, rate_limit: { call_count: 10, refresh_second: 60 } }
    upstream = await startUpstream(() => json(answer))
  })
  afterEach(() => upstream.close())

  it('asks for one path, and gives what is left of the day', async () => {
    expect(await read()).toEqual({ dailyLimit: 1000, used: 250, remain: 750, standing: 'current' })
    const [exchange] = upstream.exchanges
    expect(exchange?.method).toBe('POST')
    expect(`${exchange?.url.pathname}${exchange?.url.search}`).toBe('/cgi-bin/openapi/quota/get?access_token=token')
    expect(JSON.parse(String(exchange?.body))).toEqual({ cgi_path: '/wxa/queryquota' })
  })

  it('tells none granted from all used', async () => {
    answer = { quota: { daily_limit: 0, used: 0, remain: 0 } }
    expect(await read()).toMatchObject({ remain: 0, standing: 'not-granted' })
    answer = { quota: { daily_limit: 10, used: 10, remain: 0 } }
    expect(await read()).toMatchObject({ remain: 0, standing: 'current' })
  })

  it.each([76021, 76022])('is not-applicable for a path that is none of this token: %d', async errcode => {
    answer = { errcode, errmsg: 'no such path rid: 1-2' }
    expect(await read()).toEqual({ standing: 'not-applicable' })
    expect(upstream.exchanges).toHaveLength(1)
  })

  it.each<[string, unknown]>([
    ['no quota', {}],
    ['no remain', { quota: { ...QUOTA, remain: undefined } }],
    ['no limit', { quota: { ...QUOTA, daily_limit: undefined } }],
    ['a number as text', { quota: { ...QUOTA, remain: '750' } }],
    ['a negative number', { quota: { ...QUOTA, remain: -1 } }],
  ])('is UPSTREAM_CHANGED, never 0, for %s', async (_name, changed) => {
    answer = changed
    expect((await failureOf(read())).code).toBe('UPSTREAM_CHANGED')
  })

  it('passes other errors on, and needs a token', async () => {
    answer = { errcode: 45009, errmsg: 'reach max api daily quota limit' }
    expect((await failureOf(read())).code).toBe('RATE_LIMITED')
    expect((await failureOf(readApiAllowance('/a/b', makeCall()))).code).toBe('NOT_CONFIGURED')
  })

  function read() {
    const variables = { WECHAT_API_URL: upstream.url, WECHAT_AUTHORIZER_ACCESS_TOKEN: 'token' }
    return readApiAllowance('/wxa/queryquota', makeCall({ variables }))
  }
})
