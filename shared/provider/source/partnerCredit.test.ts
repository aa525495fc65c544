import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { makeCall } from '../../../tests/support/call'
import { failureOf } from '../../../tests/support/failure'
import { json, startUpstream, type TestUpstream } from '../../../tests/support/upstream'
import { environmentFrom } from '../../call'
import { partnerCredit } from './partnerCredit'
import { stepsOf } from './testing'

const CREDIT = {
  consumption_quota: '10000.00',
  amount: '10.18',
  coupon_amount: '10.03',
  due_amount: '500.28',
  unbilled_amount: '100.01',
  used_consumption_quota: '580.08',
  currency: 'USD',
  measure_id: 1,
}

const READING = {
  key: 'consumption-quota',
  title: { zh: '伙伴消费额度', en: 'Partner consumption quota' },
  kind: 'credit',
  unit: 'USD',
  value: '9419.92',
  limit: '10000.00',
  standing: 'current',
  period: null,
  resetsAt: null,
  returned: null,
}

describe('partnerCredit', () => {
  let upstream: TestUpstream
  let answer: unknown
  beforeEach(async () => {
    answer = CREDIT
    upstream = await startUpstream(() => json(answer))
  })
  afterEach(() => upstream.close())

  const callNow = () => {
    const key = { HUAWEI_ACCESS_KEY: 'ak', HUAWEI_SECRET_KEY: 'sk' }
    return makeCall({ variables: { HUAWEI_BSS_URL: upstream.url, ...key } })
  }

  it('is one credit line, by one call', async () => {
    const call = callNow()
    expect(await stepsOf(partnerCredit, {}, call)).toEqual([{ readings: [READING] }])
    expect(call.tally.upstreamCalls).toBe(1)
  })

  it('reads it alone by one call', async () => {
    const call = callNow()
    expect(await partnerCredit.readOne('consumption-quota', {}, call)).toEqual({ ...READING, at: expect.any(Number) })
    expect(call.tally.upstreamCalls).toBe(1)
    expect((await failureOf(partnerCredit.readOne('other', {}, call))).code).toBe('NOT_FOUND')
  })

  it('throws what stops it, and asks nothing that it may not', async () => {
    answer = { ...CREDIT, used_consumption_quota: '580.09' }
    expect((await failureOf(stepsOf(partnerCredit, {}, callNow()))).code).toBe('UPSTREAM_CHANGED')
    expect(await stepsOf(partnerCredit, { mayRequest: () => false }, callNow())).toEqual([])
    expect(upstream.exchanges).toHaveLength(1)
  })

  it.each<[string[], boolean]>([
    [[], false],
    [['HUAWEI_ACCESS_KEY', 'HUAWEI_SECRET_KEY'], true],
    [['HUAWEI_ACCESS_KEY'], false],
    [['HUAWEI_AUTH_TOKEN'], true],
    [['HUAWEI_IAM_USER', 'HUAWEI_IAM_PASSWORD', 'HUAWEI_IAM_DOMAIN'], true],
    [['HUAWEI_IAM_USER', 'HUAWEI_IAM_PASSWORD'], false],
  ])('with %j is configured: %p', (names, isConfigured) => {
    const variables = Object.fromEntries(names.map(name => [name, 'x']))
    expect(partnerCredit.isConfigured(environmentFrom(variables))).toBe(isConfigured)
  })
})
