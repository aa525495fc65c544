import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import * as v from 'valibot'
import type { Exchange, Reply } from '../../../local/http/server'
import { makeCall, type TestCall } from '../../../tests/support/call'
import { failureOf } from '../../../tests/support/failure'
import { json, startUpstream, type TestUpstream } from '../../../tests/support/upstream'
import type { AccessTokens } from '../../token'
import { type ApiCall, callWechatApi } from './api'

const PATH = '/wxa/queryquota'
const SCHEMA = v.object({ rest: v.pipe(v.number(), v.safeInteger()) })
const TOKEN = 'canary-token/+=1'

describe('callWechatApi', () => {
  let upstream: TestUpstream
  let answer: (exchange: Exchange) => Reply
  let call: TestCall
  beforeEach(async () => {
    answer = () => json({ errcode: 0, errmsg: 'ok', rest: 5 })
    upstream = await startUpstream(exchange => answer(exchange))
    call = makeCall({ variables: { WECHAT_API_URL: upstream.url } })
  })
  afterEach(() => upstream.close())

  it('calls WeChat under the token and gives the documented part of the answer', async () => {
    expect(await callApi()).toEqual({ rest: 5 })
    const [exchange] = upstream.exchanges
    expect(exchange).toMatchObject({ method: 'GET', host: 'api.weixin.qq.com' })
    expect(exchange?.url.pathname).toBe(PATH)
    expect(exchange?.url.searchParams.get('access_token')).toBe(TOKEN)
    expect(exchange?.body).toHaveLength(0)
  })

  it('sends a body as JSON', async () => {
    await callApi({ method: 'POST', body: { delivery_id: '圆通', biz_id: 'x"y' } })
    const [exchange] = upstream.exchanges
    expect(exchange).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' } })
    expect(JSON.parse(String(exchange?.body))).toEqual({ delivery_id: '圆通', biz_id: 'x"y' })
  })

  describe('errors inside HTTP 200', () => {
    it.each<[number, string]>([
      [45009, 'RATE_LIMITED'],
      [48001, 'UPSTREAM_REJECTED'],
      [9300527, 'NOT_APPLICABLE'],
      [85085, 'UPSTREAM_REJECTED'],
    ])('%p is %s, once', async (errcode, code) => {
      answer = () => json({ errcode, errmsg: 'no rid: 1-2-3' })
      expect(await failureOf(callApi())).toMatchObject({
        code,
        upstream: { provider: 'wechat', code: String(errcode), message: 'no rid: 1-2-3', requestId: '1-2-3' },
      })
      expect(upstream.exchanges).toHaveLength(1)
    })

    it('-1 is tried again', async () => {
      const answers = [json({ errcode: -1, errmsg: 'busy' }), json({ rest: 5 })]
      answer = () => answers.shift() ?? json({})
      expect(await callApi()).toEqual({ rest: 5 })
      expect(upstream.exchanges).toHaveLength(2)
    })

    it('an error beside the data is an error', async () => {
      answer = () => json({ errcode: 45009, errmsg: 'limit', rest: 5 })
      expect((await failureOf(callApi())).code).toBe('RATE_LIMITED')
    })

    it('the courier’s own words are passed on', async () => {
      answer = () =>
        json({ errcode: 9300501, errmsg: 'logic', delivery_resultcode: 17, delivery_resultmsg: '账号停用' })
      expect((await failureOf(callApi())).upstream?.message).toBe('logic (17 账号停用)')
    })
  })

  describe('a refused token', () => {
    it.each([40001, 40014, 42001])('is replaced once and the call repeated once: %p', async errcode => {
      answer = ({ url }) =>
        url.searchParams.get('access_token') === 'fresh' ? json({ rest: 5 }) : json({ errcode, errmsg: 'old' })
      const replace = jest.fn(async () => 'fresh')
      expect(await callApi({ tokens: tokens(replace) })).toEqual({ rest: 5 })
      expect(replace.mock.calls).toEqual([[TOKEN, call]])
      expect(sentTokens()).toEqual([TOKEN, 'fresh'])
    })

    it('is UPSTREAM_REJECTED when the new one is refused, too', async () => {
      answer = () => json({ errcode: 42001, errmsg: 'expired rid: 9-9' })
      const replace = jest.fn(async () => 'fresh')
      const error = await failureOf(callApi({ tokens: tokens(replace) }))
      expect(error).toMatchObject({ code: 'UPSTREAM_REJECTED', upstream: { code: '42001', requestId: '9-9' } })
      expect(replace).toHaveBeenCalledTimes(1)
      expect(sentTokens()).toEqual([TOKEN, 'fresh'])
    })

    it('is UPSTREAM_REJECTED when there is no other, without another call', async () => {
      answer = () => json({ errcode: 40001, errmsg: 'invalid credential' })
      const error = await failureOf(callApi())
      expect(error).toMatchObject({ code: 'UPSTREAM_REJECTED', upstream: { code: '40001' } })
      expect(error.text.en).toContain('Renew')
      expect(upstream.exchanges).toHaveLength(1)
    })

    it('passes on why it cannot be replaced', async () => {
      answer = () => json({ errcode: 40001, errmsg: 'invalid credential' })
      const reason = new Error('no ticket')
      await expect(callApi({ tokens: tokens(() => Promise.reject(reason)) })).rejects.toBe(reason)
    })
  })

  describe('faults', () => {
    it.each([500, 503])('HTTP %p is tried again and right', async status => {
      upstream.faults.add(PATH, { kind: 'status', status }, 2)
      expect(await callApi()).toEqual({ rest: 5 })
      expect(upstream.exchanges).toHaveLength(3)
    })

    it('HTTP 502 for good is UPSTREAM_UNAVAILABLE after three attempts', async () => {
      upstream.faults.add(PATH, { kind: 'status', status: 502 })
      expect(await failureOf(callApi())).toMatchObject({
        code: 'UPSTREAM_UNAVAILABLE',
        upstream: { code: 'HTTP_502' },
      })
      expect(upstream.exchanges).toHaveLength(3)
    })

    it('HTTP 429 is RATE_LIMITED and not tried again', async () => {
      upstream.faults.add(PATH, { kind: 'status', status: 429 })
      expect((await failureOf(callApi())).code).toBe('RATE_LIMITED')
      expect(upstream.exchanges).toHaveLength(1)
    })

    it.each<'cut' | 'reset'>(['cut', 'reset'])('a connection that is %s is tried again', async kind => {
      upstream.faults.add(PATH, { kind }, 1)
      expect(await callApi()).toEqual({ rest: 5 })
      expect(call.lines).toMatchObject([{ code: 'OK', attempts: 2 }])
    })

    it.each<'html' | 'hollow'>(['html', 'hollow'])('%s under HTTP 200 is UPSTREAM_CHANGED, once', async kind => {
      upstream.faults.add(PATH, { kind })
      expect((await failureOf(callApi())).code).toBe('UPSTREAM_CHANGED')
      expect(upstream.exchanges).toHaveLength(1)
    })

    it.each<unknown>([{ rest: '5' }, { rest: 1.5 }, { errcode: 'x', rest: 1 }, [], null, 7])(
      'the answer %p is UPSTREAM_CHANGED',
      async value => {
        answer = () => json(value)
        expect((await failureOf(callApi())).code).toBe('UPSTREAM_CHANGED')
      },
    )

    it('a hang ends with the deadline', async () => {
      upstream.faults.add(PATH, { kind: 'hang' })
      const failure = failureOf(callApi())
      await call.clock.advance(3000)
      expect((await failure).code).toBe('DEADLINE_EXCEEDED')
    })
  })

  it('never repeats the token in a log line or an error', async () => {
    const failures = []
    for (const kind of ['html', 'hollow', 'cut', 'reset'] as const) {
      upstream.faults.clear()
      upstream.faults.add(PATH, { kind })
      failures.push(await failureOf(callApi()))
    }
    upstream.faults.clear()
    answer = () => json({ errcode: 40001, errmsg: 'invalid credential' })
    failures.push(await failureOf(callApi()))
    const said = failures.map(error => [error.message, error.text, error.upstream, String(error.cause)])
    expect(failures).toHaveLength(5)
    expect(JSON.stringify([said, call.lines])).not.toContain('canary')
  })

  it('is NOT_CONFIGURED for an unusable WECHAT_API_URL, before any token is sent', async () => {
    call = makeCall({ variables: { WECHAT_API_URL: 'http://example.com' } })
    expect((await failureOf(callApi())).code).toBe('NOT_CONFIGURED')
    expect(upstream.exchanges).toEqual([])
  })

  function callApi(request: Partial<ApiCall<typeof SCHEMA>> = {}) {
    return callWechatApi({ method: 'GET', path: PATH, tokens: tokens(), answer: SCHEMA, ...request }, call)
  }
  function tokens(replace: AccessTokens['replace'] = async () => undefined): AccessTokens {
    return { current: async () => TOKEN, replace }
  }
  function sentTokens() {
    return upstream.exchanges.map(({ url }) => url.searchParams.get('access_token'))
  }
})
