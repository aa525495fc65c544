import { beforeEach, describe, expect, it, jest } from '@jest/globals'
import * as v from 'valibot'
import { mockCloud } from '../../../tests/mocks/wxServerSdk'
import { makeCall, SDK_VARIABLES, type TestCall } from '../../../tests/support/call'
import { failureOf } from '../../../tests/support/failure'
import { cloudCall } from './cloudCall'

jest.mock('wx-server-sdk', () => mockCloud.sdk)

const QUOTA = v.object({ quotaNum: v.pipe(v.number(), v.safeInteger()) })

describe('cloudCall', () => {
  let call: TestCall
  beforeEach(() => {
    mockCloud.reset()
    call = makeCall({ variables: SDK_VARIABLES })
  })

  it('sends the parameters in snake_case and gives the documented part of the answer', async () => {
    answer({ errcode: 0, errmsg: 'ok', quota_num: 210, more: 1 })
    expect(await getQuota()).toEqual({ quotaNum: 210 })
    expect(mockCloud.openapiCalls).toEqual([
      { api: 'logistics.getQuota', parameters: { delivery_id: 'YTO', biz_id: 'xyz' } },
    ])
    expect(call.lines).toMatchObject([{ provider: 'wechat', action: 'logistics.getQuota', code: 'OK', attempts: 1 }])
  })

  it.each([-1, 9300502])('tries again after %p and is right', async errcode => {
    answer({ errcode, errmsg: 'busy' }, { errcode, errmsg: 'busy' }, { quota_num: 7 })
    expect(await getQuota()).toEqual({ quotaNum: 7 })
    expect(mockCloud.openapiCalls).toHaveLength(3)
  })

  it.each([-501001, -501002])('tries again after the platform’s own fault %p', async errcode => {
    answer({ errcode, errmsg: 'resource system error' }, { quota_num: 7 })
    expect(await getQuota()).toEqual({ quotaNum: 7 })
    expect(mockCloud.openapiCalls).toHaveLength(2)
  })

  it('is UPSTREAM_UNAVAILABLE with WeChat’s code after three attempts', async () => {
    answer({ errcode: -1, errmsg: 'system error rid: 6-7-8' })
    expect(await failureOf(getQuota())).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      upstream: { provider: 'wechat', code: '-1', message: 'system error rid: 6-7-8', requestId: '6-7-8' },
    })
    expect(mockCloud.openapiCalls).toHaveLength(3)
  })

  it.each<[number, string]>([
    [9300501, 'UPSTREAM_REJECTED'],
    [9300520, 'NOT_FOUND'],
    [9300527, 'NOT_APPLICABLE'],
    [45009, 'RATE_LIMITED'],
    [40001, 'UPSTREAM_REJECTED'],
  ])('does not try again after %p: %s', async (errcode, code) => {
    answer({ errcode, errmsg: 'no' }, { quota_num: 7 })
    expect(await failureOf(getQuota())).toMatchObject({ code, upstream: { code: String(errcode), message: 'no' } })
    expect(mockCloud.openapiCalls).toHaveLength(1)
  })

  it('is NOT_CONFIGURED when config.json does not declare the API', async () => {
    const error = await failureOf(getQuota())
    expect(error).toMatchObject({ code: 'NOT_CONFIGURED', upstream: { code: '-604101' } })
    expect(error.text.en).toContain('logistics.getQuota')
    expect(call.lines).toMatchObject([{ attempts: 1 }])
  })

  it.each<[string, unknown]>([
    ['without quota_num', { errcode: 0 }],
    ['with a fraction', { quota_num: 1.5 }],
    ['with text', { quota_num: '210' }],
    ['with null', { quota_num: null }],
    ['beyond 2^53', '{"quota_num":12345678901234567890}'],
    ['that is no JSON', '<html>busy</html>'],
    ['that is empty', ''],
  ])('is UPSTREAM_CHANGED for an answer %s, without another attempt', async (_, bad) => {
    answer(bad, { quota_num: 7 })
    const error = await failureOf(getQuota())
    expect(error).toMatchObject({ code: 'UPSTREAM_CHANGED', retryable: false })
    expect(mockCloud.openapiCalls).toHaveLength(1)
  })

  it.each<[string]>([['0'], ['210'], ['9007199254740991']])('passes the quota %s on exactly', async number => {
    answer(`{"quota_num":${number}}`)
    // The SDK itself ruins integers of more than 15 digits.
    if (number.length > 15) expect((await failureOf(getQuota())).code).toBe('UPSTREAM_CHANGED')
    else expect(String((await getQuota()).quotaNum)).toBe(number)
  })

  it('ends at the deadline when the SDK hangs', async () => {
    mockCloud.openapi('logistics.getQuota', () => new Promise(() => {}))
    const failure = failureOf(getQuota())
    await call.clock.advance(call.deadline.remaining())
    expect((await failure).code).toBe('DEADLINE_EXCEEDED')
  })

  it('tries again when the SDK hangs for 5 s of a long deadline', async () => {
    call = makeCall({ variables: SDK_VARIABLES, budgetMs: 60_000 })
    const answers: unknown[] = [new Promise(() => {}), { quota_num: 7 }]
    mockCloud.openapi('logistics.getQuota', () => answers.shift())
    const quota = getQuota()
    await call.clock.advance(5000)
    expect(mockCloud.openapiCalls).toHaveLength(2)
    expect(await quota).toEqual({ quotaNum: 7 })
  })

  it('is NOT_CONFIGURED without the platform’s credentials', async () => {
    call = makeCall()
    const error = await failureOf(getQuota())
    expect(error.code).toBe('NOT_CONFIGURED')
    expect(error.message).toContain('TENCENTCLOUD_SECRETID')
  })

  it('takes what the SDK throws without a code for an outage', async () => {
    mockCloud.openapi('logistics.getQuota', () => {
      throw new Error('bug')
    })
    await expect(getQuota()).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', upstream: { code: 'SDK' } })
  })

  function getQuota() {
    const parameters = { deliveryId: 'YTO', bizId: 'xyz' }
    return cloudCall({ api: 'logistics.getQuota', parameters, answer: QUOTA }, call)
  }
  /** WeChat's answers, one after the other; the last one stays. */
  function answer(...answers: unknown[]) {
    mockCloud.openapi('logistics.getQuota', () => (answers.length > 1 ? answers.shift() : answers[0]))
  }
})
