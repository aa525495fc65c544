import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { makeCall } from '../../tests/support/call'
import { failureOf } from '../../tests/support/failure'
import { json, startUpstream, type TestUpstream } from '../../tests/support/upstream'
import { readPartnerCredit } from './partnerCredit'

const CREDIT = {
  consumption_quota: '1000.00',
  amount: '100.10',
  coupon_amount: '50.00',
  due_amount: '300.20',
  unbilled_amount: '200.00',
  used_consumption_quota: '350.10',
  currency: 'USD',
  measure_id: 1,
}

describe('readPartnerCredit', () => {
  let upstream: TestUpstream
  let answer: unknown
  beforeEach(async () => {
    answer = CREDIT
    upstream = await startUpstream(() => json(answer, 200, { 'x-request-id': 'rid-1' }))
  })
  afterEach(() => upstream.close())

  it('gives the amounts as written, and what remains', async () => {
    expect(await read()).toEqual({
      consumptionQuota: '1000.00',
      amount: '100.10',
      couponAmount: '50.00',
      dueAmount: '300.20',
      unbilledAmount: '200.00',
      usedConsumptionQuota: '350.10',
      remaining: '649.90',
      currency: 'USD',
      measureId: 1,
    })
    expect(upstream.exchanges[0]?.url.pathname).toBe('/v2/partners/credit/consumption-quota')
  })

  it('has more remaining than the quota when the used part is negative', async () => {
    answer = { ...CREDIT, due_amount: '0', unbilled_amount: '0.05', used_consumption_quota: '-150.05' }
    expect(await read()).toMatchObject({ usedConsumptionQuota: '-150.05', remaining: '1150.05' })
  })

  it('has less than nothing remaining when more is used than granted', async () => {
    answer = { ...CREDIT, consumption_quota: '300' }
    expect(await read()).toMatchObject({ remaining: '-50.10' })
  })

  it('is exact where doubles are not', async () => {
    answer = {
      ...CREDIT,
      consumption_quota: '90071992547409931234567890.03',
      amount: '0.1',
      coupon_amount: '0.2',
      due_amount: '90071992547409931234567890.01',
      unbilled_amount: '0.3',
      used_consumption_quota: '90071992547409931234567890.01',
    }
    expect(await read()).toMatchObject({
      remaining: '0.02',
      dueAmount: '90071992547409931234567890.01',
    })
  })

  it('takes the same amount written with other decimals', async () => {
    answer = { ...CREDIT, used_consumption_quota: '350.1000' }
    expect(await read()).toMatchObject({ usedConsumptionQuota: '350.1000', remaining: '649.9000' })
  })

  it.each(['350.11', '350.1000000001', '-350.10', '0'])(
    'is UPSTREAM_CHANGED when the identity does not hold: used %s',
    async used => {
      answer = { ...CREDIT, used_consumption_quota: used }
      const error = await failureOf(read())
      expect(error).toMatchObject({ code: 'UPSTREAM_CHANGED', retryable: false })
      expect(error.upstream?.message).toContain('due + unbilled - amount - coupon')
    },
  )

  it.each(Object.keys(CREDIT))('is UPSTREAM_CHANGED without %s', async key => {
    answer = { ...CREDIT, [key]: undefined }
    expect(await failureOf(read())).toMatchObject({
      code: 'UPSTREAM_CHANGED',
      upstream: { message: expect.stringMatching(new RegExp(`^${key}: `)), requestId: 'rid-1' },
    })
  })

  it.each<[string, unknown]>([
    ['consumption_quota', 1000],
    ['consumption_quota', '1,000.00'],
    ['consumption_quota', '1e3'],
    ['amount', ''],
    ['due_amount', 'NaN'],
    ['unbilled_amount', null],
    ['currency', 'usd'],
    ['currency', ''],
    ['measure_id', 3],
    ['measure_id', '1'],
  ])('is UPSTREAM_CHANGED when %s is %p', async (key, value) => {
    answer = { ...CREDIT, [key]: value }
    const error = await failureOf(read())
    expect(error.code).toBe('UPSTREAM_CHANGED')
    expect(error.upstream?.message).toContain(key)
  })

  it('takes another currency as it is', async () => {
    answer = { ...CREDIT, currency: 'CNY' }
    expect(await read()).toMatchObject({ currency: 'CNY' })
  })

  function read() {
    const key = { HUAWEI_ACCESS_KEY: 'ak', HUAWEI_SECRET_KEY: 'sk' }
    return readPartnerCredit(makeCall({ variables: { HUAWEI_BSS_URL: upstream.url, ...key } }))
  }
})
