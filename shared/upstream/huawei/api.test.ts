import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import * as v from 'valibot'
import type { Exchange, Reply } from '../../../local/http/server'
import { makeCall, type TestCall } from '../../../tests/support/call'
import { failureOf } from '../../../tests/support/failure'
import { json, startUpstream, type TestUpstream } from '../../../tests/support/upstream'
import { getHuawei } from './api'

const PATH = '/v2/partners/credit/consumption-quota'
const TOKENS = '/v3/auth/tokens'
const SCHEMA = v.object({ amount: v.string() })
const KEY = { HUAWEI_ACCESS_KEY: 'AKEXAMPLE00000000000', HUAWEI_SECRET_KEY: 'SKEXAMPLE0000000000000000000000000000000' }
let users = 0

describe('getHuawei', () => {
  let upstream: TestUpstream
  let answer: (exchange: Exchange) => Reply
  beforeEach(async () => {
    answer = () => json({ amount: '1.00' })
    upstream = await startUpstream(exchange => answer(exchange))
  })
  afterEach(() => upstream.close())

  it('signs with the key, for the production host, at the clock’s time', async () => {
    expect(await get(KEY)).toEqual({ amount: '1.00' })
    const [exchange] = upstream.exchanges
    expect(exchange).toMatchObject({ method: 'GET', host: 'bss-intl.myhuaweicloud.com' })
    expect(exchange?.url.pathname).toBe(PATH)
    expect(exchange?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-sdk-date': '20261120T120000Z',
      authorization: expect.stringMatching(
        /Signature=4bb69b7dc8274beb79a8bbcb6880e943f2fb25c41807ec6d80cd6f660f979df9$/,
      ),
    })
    expect(exchange?.headers).not.toHaveProperty('x-auth-token')
  })

  it('sends and signs the security token of a temporary key', async () => {
    await get({ ...KEY, HUAWEI_SECURITY_TOKEN: 'st' })
    expect(upstream.exchanges[0]?.headers).toMatchObject({
      'x-security-token': 'st',
      authorization: expect.stringContaining('SignedHeaders=content-type;host;x-sdk-date;x-security-token,'),
    })
  })

  it('sends a given token as X-Auth-Token, unsigned', async () => {
    await get({ HUAWEI_AUTH_TOKEN: 'given' })
    expect(upstream.exchanges[0]?.headers).toMatchObject({ 'x-auth-token': 'given' })
    expect(upstream.exchanges[0]?.headers).not.toHaveProperty('authorization')
  })

  it('is NOT_CONFIGURED without credentials, and nothing is sent', async () => {
    expect((await failureOf(get({}))).code).toBe('NOT_CONFIGURED')
    expect(upstream.exchanges).toEqual([])
  })

  describe('as an IAM user', () => {
    it('fetches a token and sends it', async () => {
      answer = iam({ accepted: 'token-1' })
      expect(await get(iamUser())).toEqual({ amount: '1.00' })
      expect(sent()).toEqual([TOKENS, `${PATH} token-1`])
    })

    it('fetches another one on 401 and repeats the call, once', async () => {
      const variables = iamUser()
      answer = iam({ accepted: 'token-1' })
      await get(variables)
      answer = iam({ accepted: 'token-4' })
      expect(await get(variables)).toEqual({ amount: '1.00' })
      expect(sent().slice(2)).toEqual([`${PATH} token-1`, TOKENS, `${PATH} token-4`])
    })

    it('is UPSTREAM_REJECTED when the new one is refused, too', async () => {
      answer = iam({ accepted: 'none' })
      expect(await failureOf(get(iamUser()))).toMatchObject({
        code: 'UPSTREAM_REJECTED',
        upstream: { code: 'APIGW.0301', message: 'Incorrect IAM authentication information', requestId: 'rid-1' },
      })
      expect(sent()).toEqual([TOKENS, `${PATH} token-1`, TOKENS, `${PATH} token-3`])
    })
  })

  it.each([{ ...KEY }, { HUAWEI_AUTH_TOKEN: 'given' }])('is UPSTREAM_REJECTED on 401, once: %p', async variables => {
    answer = () => json({ error_code: 'APIGW.0301', error_msg: 'Incorrect IAM authentication information' }, 401)
    const error = await failureOf(get(variables))
    expect(error).toMatchObject({ code: 'UPSTREAM_REJECTED', retryable: false, upstream: { code: 'APIGW.0301' } })
    expect(error.text.en).toContain('HUAWEI_ACCESS_KEY')
    expect(upstream.exchanges).toHaveLength(1)
  })

  it.each<[number, unknown, string, string, number]>([
    [
      400,
      { error_code: 'CBC.0100', error_msg: 'The input parameter is incorrect.' },
      'UPSTREAM_REJECTED',
      'CBC.0100',
      1,
    ],
    [403, { error_code: 'CBC.0150', error_msg: 'Access denied.' }, 'UPSTREAM_REJECTED', 'CBC.0150', 1],
    [404, {}, 'UPSTREAM_REJECTED', 'HTTP_404', 1],
    [429, { error_code: 'APIGW.0308', error_msg: 'throttled' }, 'RATE_LIMITED', 'APIGW.0308', 3],
    [500, { error_code: 'CBC.0999', error_msg: 'Another error.' }, 'UPSTREAM_UNAVAILABLE', 'CBC.0999', 3],
    [503, '<html>busy</html>', 'UPSTREAM_UNAVAILABLE', 'HTTP_503', 3],
    [500, { error_code: 7 }, 'UPSTREAM_UNAVAILABLE', 'HTTP_500', 3],
  ])('HTTP %p with %p is %s, code %s, after %p attempts', async (status, body, code, upstreamCode, attempts) => {
    answer = () => json(body, status, { 'x-request-id': 'rid-1' })
    expect(await failureOf(get(KEY))).toMatchObject({
      code,
      upstream: { provider: 'huawei', code: upstreamCode, requestId: 'rid-1' },
    })
    expect(upstream.exchanges).toHaveLength(attempts)
  })

  it('says on 403 whose credentials are needed', async () => {
    answer = () => json({ error_code: 'CBC.0150', error_msg: 'Access denied.' }, 403)
    expect((await failureOf(get(KEY))).text.en).toContain('solution provider or distributor')
  })

  it.each([429, 500])('is right when HTTP %p passes', async status => {
    upstream.faults.add(PATH, { kind: 'status', status }, 2)
    expect(await get(KEY)).toEqual({ amount: '1.00' })
  })

  it.each<'cut' | 'reset'>(['cut', 'reset'])('tries again when the connection is %s', async kind => {
    upstream.faults.add(PATH, { kind }, 1)
    expect(await get(KEY)).toEqual({ amount: '1.00' })
    expect(upstream.exchanges).toHaveLength(2)
  })

  it.each<'html' | 'hollow'>(['html', 'hollow'])('is UPSTREAM_CHANGED for %s under 200, once', async kind => {
    upstream.faults.add(PATH, { kind })
    expect((await failureOf(get(KEY))).code).toBe('UPSTREAM_CHANGED')
    expect(upstream.exchanges).toHaveLength(1)
  })

  it('keeps the request id of an answer that does not fit', async () => {
    answer = () => json({ amount: 1 }, 200, { 'x-request-id': 'rid-9' })
    expect((await failureOf(get(KEY))).upstream).toMatchObject({ code: 'UNEXPECTED_ANSWER', requestId: 'rid-9' })
  })

  it('ends a hang with the deadline', async () => {
    upstream.faults.add(PATH, { kind: 'hang' })
    const call = callWith(KEY)
    const failure = failureOf(getHuawei(PATH, SCHEMA, call))
    await call.clock.advance(3000)
    expect((await failure).code).toBe('DEADLINE_EXCEEDED')
  })

  it('never repeats keys or tokens in a log line or an error', async () => {
    answer = () => json({ error_code: 'CBC.0100', error_msg: 'no' }, 400)
    for (const variables of [KEY, { HUAWEI_AUTH_TOKEN: 'canary' }]) {
      const call = callWith(variables)
      const error = await failureOf(getHuawei(PATH, SCHEMA, call))
      const said = JSON.stringify([error.message, error.text, error.upstream, call.lines])
      expect(said).toContain('CBC.0100')
      for (const secret of Object.values(variables)) expect(said).not.toContain(secret)
    }
  })

  function callWith(variables: NodeJS.ProcessEnv): TestCall {
    return makeCall({ variables: { HUAWEI_BSS_URL: upstream.url, HUAWEI_IAM_URL: upstream.url, ...variables } })
  }
  function get(variables: NodeJS.ProcessEnv) {
    return getHuawei(PATH, SCHEMA, callWith(variables))
  }
  /** An IAM user of this test's own: tokens are kept for the life of the instance. */
  function iamUser() {
    users += 1
    return { HUAWEI_IAM_USER: `api-user-${users}`, HUAWEI_IAM_PASSWORD: 'pw', HUAWEI_IAM_DOMAIN: 'd' }
  }
  /** IAM numbers its tokens by request; the service takes one of them. */
  function iam({ accepted }: { accepted: string }) {
    return ({ url, headers }: Exchange): Reply => {
      if (url.pathname === TOKENS) return json({}, 201, { 'x-subject-token': `token-${upstream.exchanges.length}` })
      if (headers['x-auth-token'] === accepted) return json({ amount: '1.00' })
      const body = { error_code: 'APIGW.0301', error_msg: 'Incorrect IAM authentication information' }
      return json(body, 401, { 'x-request-id': 'rid-1' })
    }
  }
  function sent() {
    return upstream.exchanges.map(({ url, headers }) => `${url.pathname} ${headers['x-auth-token'] ?? ''}`.trim())
  }
})
