import { describe, expect, it } from '@jest/globals'
import type { ErrorCode } from '../../call'
import { wechatFailure } from './failure'

describe('wechatFailure', () => {
  it.each<[number, ErrorCode, boolean]>([
    // Access tokens.
    [40001, 'UPSTREAM_REJECTED', false],
    [40014, 'UPSTREAM_REJECTED', false],
    [42001, 'UPSTREAM_REJECTED', false],
    // Third-party platforms.
    [61003, 'UPSTREAM_REJECTED', false],
    [61004, 'UPSTREAM_REJECTED', false],
    [61005, 'UPSTREAM_REJECTED', false],
    [61006, 'UPSTREAM_REJECTED', false],
    [61007, 'UPSTREAM_REJECTED', false],
    [61009, 'UPSTREAM_REJECTED', false],
    [61010, 'UPSTREAM_REJECTED', false],
    [61011, 'UPSTREAM_REJECTED', false],
    [61014, 'UPSTREAM_REJECTED', false],
    [61015, 'UPSTREAM_REJECTED', false],
    [61023, 'UPSTREAM_REJECTED', false],
    [48001, 'UPSTREAM_REJECTED', false],
    [40164, 'UPSTREAM_REJECTED', false],
    // Limits.
    [45009, 'RATE_LIMITED', true],
    [45011, 'RATE_LIMITED', true],
    [9300509, 'RATE_LIMITED', true],
    [-501003, 'RATE_LIMITED', true],
    [-501004, 'RATE_LIMITED', true],
    // Transient.
    [-1, 'UPSTREAM_UNAVAILABLE', true],
    [9300502, 'UPSTREAM_UNAVAILABLE', true],
    [-501001, 'UPSTREAM_UNAVAILABLE', true],
    [-501002, 'UPSTREAM_UNAVAILABLE', true],
    // Logistics.
    [9300501, 'UPSTREAM_REJECTED', false],
    [9300503, 'NOT_FOUND', false],
    [9300520, 'NOT_FOUND', false],
    [9300513, 'UPSTREAM_REJECTED', false],
    [9300523, 'UPSTREAM_REJECTED', false],
    [9300525, 'NOT_FOUND', false],
    [9300527, 'NOT_APPLICABLE', false],
    // Code audits, and what the function may call.
    [85085, 'UPSTREAM_REJECTED', false],
    [-604101, 'NOT_CONFIGURED', false],
    // Unheard of.
    [123456, 'UPSTREAM_REJECTED', false],
  ])('%p is %s, retryable %p, and its code and message are passed on', (code, expected, retryable) => {
    const error = wechatFailure(code, 'as WeChat says', 'logistics.getQuota')
    expect(error).toMatchObject({ code: expected, retryable })
    expect(error.upstream).toEqual({ provider: 'wechat', code: String(code), message: 'as WeChat says' })
    expect(error.text.zh).not.toBe('')
    expect(error.text.en).not.toBe('')
  })

  it.each<[number, RegExp]>([
    [9300520, /deliveryId/],
    [9300525, /bizId/],
    [40164, /whitelist/],
    [61003, /authorised/],
    [61007, /permission set/],
    [42001, /Renew/],
    [9300501, /branch/],
    [123456, /upstream\.message/],
  ])('tells what to do about %p', (code, advice) => {
    expect(wechatFailure(code, '', 'x.y').text.en).toMatch(advice)
  })

  it('names the API that config.json must declare', () => {
    const error = wechatFailure(-604101, 'system error', 'logistics.getQuota')
    expect(error.text.en).toMatch(/config\.json does not declare logistics\.getQuota/)
    expect(error.text.zh).toContain('logistics.getQuota')
  })

  it.each<[string, string | undefined]>([
    [
      'invalid credential, access_token is invalid or not latest rid: 63f2a1b3-0a2b3c4d-5e6f7a8b',
      '63f2a1b3-0a2b3c4d-5e6f7a8b',
    ],
    ['invalid appid rid:6000-11-22, more', '6000-11-22'],
    ['no such grid: 77', undefined],
    ['system busy', undefined],
    ['', undefined],
  ])('finds the request id in %p', (message, requestId) => {
    expect(wechatFailure(40001, message, 'x.y').upstream?.requestId).toBe(requestId)
  })

  it('keeps the cause of a transient failure, for the retry to look at', () => {
    const cause = new Error('socket hang up')
    expect(wechatFailure(-501001, '', 'x.y', cause).cause).toBe(cause)
  })
})
