import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type { Exchange, Reply } from '../../local/http/server'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { makeCall, SDK_VARIABLES, type TestCall } from '../../tests/support/call'
import { failureOf } from '../../tests/support/failure'
import { json, startUpstream, type TestUpstream } from '../../tests/support/upstream'
import { listWaybillAccounts, readWaybillQuota, readWaybillQuotas } from './waybill'

jest.mock('wx-server-sdk', () => mockCloud.sdk)

const APP = 'wx1'
const YTO = { deliveryId: 'YTO', bizId: 'xyz' }

describe('by cloud call', () => {
  let call: TestCall
  beforeEach(() => {
    mockCloud.reset()
    call = makeCall({ variables: SDK_VARIABLES })
  })

  describe('readWaybillQuota', () => {
    it.each([0, 210, 1_000_000_000, -3])('gives the number of waybills left: %p', async quota => {
      mockCloud.openapi('logistics.getQuota', () => ({ errcode: 0, errmsg: 'ok', quota_num: quota }))
      expect(await readWaybillQuota(YTO, undefined, call)).toEqual({ ...YTO, quotaNum: quota })
      expect(mockCloud.openapiCalls).toEqual([
        { api: 'logistics.getQuota', parameters: { delivery_id: 'YTO', biz_id: 'xyz' } },
      ])
    })

    it('is NOT_APPLICABLE, never 0, for a courier without quotas', async () => {
      mockCloud.openapi('logistics.getQuota', () => ({ errcode: 9300527, errmsg: 'not support' }))
      expect(await failureOf(readWaybillQuota(YTO, undefined, call))).toMatchObject({
        code: 'NOT_APPLICABLE',
        retryable: false,
        upstream: { code: '9300527' },
      })
    })

    it('is UPSTREAM_CHANGED, never 0, when the number is missing', async () => {
      mockCloud.openapi('logistics.getQuota', () => ({ errcode: 0, errmsg: 'ok' }))
      const error = await failureOf(readWaybillQuota(YTO, undefined, call))
      expect(error).toMatchObject({
        code: 'UPSTREAM_CHANGED',
        upstream: { message: expect.stringContaining('quotaNum') },
      })
    })
  })

  describe('readWaybillQuotas', () => {
    it('gives every account its number or its error, in their order', async () => {
      mockCloud.openapi('logistics.getQuota', ({ delivery_id }) => {
        if (delivery_id === 'SF') return { errcode: 9300527, errmsg: 'no quota' }
        if (delivery_id === 'BAD') return { errcode: 9300520, errmsg: 'bad delivery_id' }
        return { quota_num: delivery_id === 'YTO' ? 210 : 7 }
      })
      const accounts = ['YTO', 'SF', 'ZTO', 'BAD'].map(deliveryId => ({ deliveryId, bizId: `biz-${deliveryId}` }))
      expect(await readWaybillQuotas(accounts, undefined, call)).toEqual([
        { deliveryId: 'YTO', bizId: 'biz-YTO', quotaNum: 210 },
        {
          deliveryId: 'SF',
          bizId: 'biz-SF',
          error: {
            code: 'NOT_APPLICABLE',
            message: expect.stringContaining('without a waybill quota'),
            retryable: false,
            upstream: { provider: 'wechat', code: '9300527', message: 'no quota' },
          },
        },
        { deliveryId: 'ZTO', bizId: 'biz-ZTO', quotaNum: 7 },
        { deliveryId: 'BAD', bizId: 'biz-BAD', error: expect.objectContaining({ code: 'NOT_FOUND' }) },
      ])
    })

    it('keeps the order of 50 accounts, of which never more than 10 are asked for at a time', async () => {
      let asked = 0
      let most = 0
      mockCloud.openapi('logistics.getQuota', async ({ biz_id }) => {
        asked += 1
        most = Math.max(most, asked)
        await new Promise(resolve => setTimeout(resolve, Number(biz_id) % 3))
        asked -= 1
        return { quota_num: Number(biz_id) }
      })
      const accounts = Array.from({ length: 50 }, (_, n) => ({ deliveryId: 'YTO', bizId: String(n) }))
      const read = await readWaybillQuotas(accounts, undefined, call)
      expect(read).toEqual(accounts.map((account, quotaNum) => ({ ...account, quotaNum })))
      expect(most).toBe(10)
    })

    it('speaks the call’s language', async () => {
      mockCloud.openapi('logistics.getQuota', () => ({ errcode: 9300527, errmsg: 'no' }))
      const chinese = makeCall({ variables: SDK_VARIABLES, language: 'zh' })
      expect(await readWaybillQuotas([YTO], undefined, chinese)).toMatchObject([
        { error: { message: expect.stringMatching(/电子面单/) } },
      ])
    })

    it('reports what is not read by the deadline, account by account', async () => {
      mockCloud.openapi('logistics.getQuota', ({ delivery_id }) =>
        delivery_id === 'SLOW' ? new Promise(() => {}) : { quota_num: 7 },
      )
      const read = readWaybillQuotas([YTO, { deliveryId: 'SLOW', bizId: 'x' }], undefined, call)
      await call.clock.advance(call.deadline.remaining())
      expect(await read).toMatchObject([{ quotaNum: 7 }, { error: { code: 'DEADLINE_EXCEEDED', retryable: true } }])
    })

    it('gives an account its error even where the SDK failed in a way of its own', async () => {
      mockCloud.openapi('logistics.getQuota', () => {
        throw new Error('bug')
      })
      expect(await readWaybillQuotas([YTO], undefined, call)).toEqual([
        { ...YTO, error: expect.objectContaining({ code: 'UPSTREAM_UNAVAILABLE' }) },
      ])
    })
  })

  describe('listWaybillAccounts', () => {
    it('gives every bound account, by one call', async () => {
      mockCloud.openapi('logistics.getAllAccount', () => ({
        count: 2,
        list: [
          {
            biz_id: 'xyz',
            delivery_id: 'YTO',
            create_time: 1,
            update_time: 2,
            status_code: 0,
            alias: '主账号',
            remark_wrong_msg: '',
            quota_num: 210,
            quota_update_time: 1_789_000_000,
          },
          { biz_id: 'abc', delivery_id: 'SF' },
        ],
      }))
      expect(await listWaybillAccounts(undefined, call)).toEqual([
        { ...YTO, quotaNum: 210, quotaUpdateTime: 1_789_000_000, statusCode: 0, alias: '主账号' },
        { deliveryId: 'SF', bizId: 'abc', quotaNum: null, quotaUpdateTime: null, statusCode: null, alias: null },
      ])
      expect(mockCloud.openapiCalls).toEqual([{ api: 'logistics.getAllAccount', parameters: {} }])
    })

    it('keeps a quota of 0 and takes null for absent', async () => {
      const list = [
        { biz_id: 'a', delivery_id: 'YTO', quota_num: 0 },
        { biz_id: 'b', delivery_id: 'YTO', quota_num: null, quota_update_time: null, status_code: null, alias: null },
      ]
      mockCloud.openapi('logistics.getAllAccount', () => ({ list }))
      const accounts = await listWaybillAccounts(undefined, call)
      expect(accounts.map(({ quotaNum }) => quotaNum)).toEqual([0, null])
    })

    it('is empty when none is bound', async () => {
      mockCloud.openapi('logistics.getAllAccount', () => ({ count: 0, list: [] }))
      expect(await listWaybillAccounts(undefined, call)).toEqual([])
    })

    it.each<[unknown]>([[{ count: 0 }], [{ list: {} }], [{ list: [{ biz_id: 'x' }] }]])(
      'is UPSTREAM_CHANGED for %p',
      async answer => {
        mockCloud.openapi('logistics.getAllAccount', () => answer)
        expect((await failureOf(listWaybillAccounts(undefined, call))).code).toBe('UPSTREAM_CHANGED')
      },
    )
  })
})

describe('by HTTPS as an authorised app', () => {
  let upstream: TestUpstream
  let answer: (exchange: Exchange) => Reply
  let call: TestCall
  beforeEach(async () => {
    mockCloud.reset()
    upstream = await startUpstream(exchange => answer(exchange))
    call = makeCall({
      variables: {
        WECHAT_API_URL: upstream.url,
        WECHAT_AUTHORIZER_APPID: APP,
        WECHAT_AUTHORIZER_ACCESS_TOKEN: 'token',
      },
    })
  })
  afterEach(() => upstream.close())

  it('reads one account', async () => {
    answer = () => json({ errcode: 0, errmsg: 'ok', quota_num: 210 })
    expect(await readWaybillQuota(YTO, APP, call)).toEqual({ ...YTO, quotaNum: 210 })
    const [exchange] = upstream.exchanges
    expect(exchange?.method).toBe('POST')
    expect(`${exchange?.url.pathname}${exchange?.url.search}`).toBe(
      '/cgi-bin/express/business/quota/get?access_token=token',
    )
    expect(JSON.parse(String(exchange?.body))).toEqual({ delivery_id: 'YTO', biz_id: 'xyz' })
    expect(mockCloud.openapiCalls).toEqual([])
  })

  it('reads several, each with its number or its error', async () => {
    answer = ({ body }) =>
      String(body).includes('"SF"') ? json({ errcode: 9300527, errmsg: 'no quota' }) : json({ quota_num: 7 })
    const accounts = [YTO, { deliveryId: 'SF', bizId: 'x' }, YTO]
    expect(await readWaybillQuotas(accounts, APP, call)).toMatchObject([
      { quotaNum: 7 },
      { deliveryId: 'SF', error: { code: 'NOT_APPLICABLE' } },
      { quotaNum: 7 },
    ])
  })

  it('lists every bound account', async () => {
    answer = () =>
      json({
        count: 2,
        list: [
          { biz_id: 'xyz', delivery_id: 'YTO', status_code: 1, alias: 'main', quota_num: 0, quota_update_time: 5 },
          { biz_id: 'abc', delivery_id: 'SF', quota_num: null },
        ],
      })
    expect(await listWaybillAccounts(APP, call)).toEqual([
      { ...YTO, quotaNum: 0, quotaUpdateTime: 5, statusCode: 1, alias: 'main' },
      { deliveryId: 'SF', bizId: 'abc', quotaNum: null, quotaUpdateTime: null, statusCode: null, alias: null },
    ])
    expect(upstream.exchanges[0]).toMatchObject({ method: 'GET' })
    expect(upstream.exchanges[0]?.url.pathname).toBe('/cgi-bin/express/business/account/getall')
  })

  it.each<[unknown]>([[{}], [{ quota_num: '210' }], [{ quota_num: 1.5 }], ['{"quota_num":9007199254740993}']])(
    'is UPSTREAM_CHANGED for the quota %p',
    async body => {
      answer = () => json(body)
      expect((await failureOf(readWaybillQuota(YTO, APP, call))).code).toBe('UPSTREAM_CHANGED')
    },
  )

  it('is NOT_FOUND for an app that has not authorised, and nothing is sent', async () => {
    expect((await failureOf(readWaybillQuota(YTO, 'wx2', call))).code).toBe('NOT_FOUND')
    expect((await failureOf(listWaybillAccounts('wx2', call))).code).toBe('NOT_FOUND')
    expect(upstream.exchanges).toEqual([])
  })
})
