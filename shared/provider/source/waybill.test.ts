import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { mockCloud } from '../../../tests/mocks/wxServerSdk'
import { makeCall, SDK_VARIABLES, type TestCall } from '../../../tests/support/call'
import { fakeClock, NOON } from '../../../tests/support/clock'
import { failureOf } from '../../../tests/support/failure'
import { json, startUpstream, type TestUpstream } from '../../../tests/support/upstream'
import { readingsOf, stepsOf, TEN_MINUTES } from './testing'
import { waybill } from './waybill'

jest.mock('wx-server-sdk', () => mockCloud.sdk)

interface Listed {
  delivery_id: string
  biz_id: string
  quota_num?: number
  quota_update_time?: number
  status_code?: number
  alias?: string
}

const NOW = NOON / 1000
const FRESH = NOW - TEN_MINUTES / 1000 + 1
const OLD = NOW - TEN_MINUTES / 1000

let list: Listed[]
let quotaOf: (bizId: string) => object | Promise<object>
let call: TestCall

beforeEach(() => {
  mockCloud.reset()
  quotaOf = () => ({ quota_num: 7 })
  mockCloud.openapi('logistics.getAllAccount', () => ({ count: list.length, list }))
  mockCloud.openapi('logistics.getQuota', ({ biz_id }) => quotaOf(String(biz_id)))
  call = makeCall({ variables: SDK_VARIABLES })
})

const apisAsked = () => mockCloud.openapiCalls.map(({ api }) => api)
const quotasAsked = () =>
  mockCloud.openapiCalls.flatMap(({ api, parameters }) =>
    api === 'logistics.getQuota' ? [(parameters as { biz_id: string }).biz_id] : [],
  )
const valuesIn = async (options = {}) =>
  readingsOf(await stepsOf(waybill, options, call)).map(({ standing, value }) => [standing, value])

/** A bound account whose number was learnt then; Unix seconds. */
const account = (biz_id: string, quota_num: number, quota_update_time: number): Listed => {
  return { delivery_id: 'YTO', biz_id, quota_num, quota_update_time, status_code: 0 }
}

describe('waybill', () => {
  it('is a balance per account, by one call when all are fresh', async () => {
    list = [
      { ...account('a/b', 210, FRESH), alias: '示例旗舰店' },
      { ...account('x', 0, FRESH), delivery_id: 'SF' },
      { ...account('y', 5, FRESH), delivery_id: 'YZXB', alias: '' },
    ]
    const rest = { kind: 'balance', unit: 'waybills', limit: null, standing: 'current' }
    const none = { period: null, resetsAt: null, returned: null }
    expect(await stepsOf(waybill, {}, call)).toEqual([
      {
        readings: [
          {
            key: 'YTO/a/b',
            title: { zh: '圆通速递 · 示例旗舰店', en: 'YTO Express · 示例旗舰店' },
            value: '210',
            ...rest,
            ...none,
          },
          { key: 'SF/x', title: { zh: '顺丰速运 · x', en: 'SF Express · x' }, value: '0', ...rest, ...none },
          { key: 'YZXB/y', title: { zh: 'YZXB · y', en: 'YZXB · y' }, value: '5', ...rest, ...none },
        ],
        memory: { 'YTO/a/b': '示例旗舰店' },
      },
    ])
    expect(apisAsked()).toEqual(['logistics.getAllAccount'])
    expect(call.tally.upstreamCalls).toBe(1)
  })

  it('asks anew for what is as old as the interval or unknown', async () => {
    list = [
      account('fresh', 1, FRESH),
      account('old', 2, OLD),
      { delivery_id: 'YTO', biz_id: 'unknown', quota_update_time: FRESH },
      account('never', 0, 0),
      account('older', 3, OLD - 1),
    ]
    expect(await valuesIn()).toEqual([
      ['current', '1'],
      ['current', '7'],
      ['current', '7'],
      ['current', '7'],
      ['current', '7'],
    ])
    expect(quotasAsked()).toEqual(['old', 'unknown', 'never', 'older'])
  })

  it('asks for at most ten at a time, each once', async () => {
    let underWay = 0
    let most = 0
    quotaOf = async biz => {
      underWay += 1
      most = Math.max(most, underWay)
      await new Promise(setImmediate)
      underWay -= 1
      return { quota_num: Number(biz) }
    }
    list = Array.from({ length: 50 }, (_, index) => account(String(index), 0, OLD))
    expect(await valuesIn()).toEqual(list.map(({ biz_id }) => ['current', biz_id]))
    expect(most).toBe(10)
    expect(call.tally.upstreamCalls).toBe(51)
  })

  it('is not-applicable for accounts that are not bound, and does not ask for them', async () => {
    list = [1, 2, 3].map(status_code => ({ ...account('x', 9, OLD), status_code }))
    expect(await valuesIn()).toEqual([1, 2, 3].map(() => ['not-applicable', null]))
    expect(quotasAsked()).toEqual([])
  })

  it('is not-applicable, never 0, for couriers without quotas', async () => {
    list = [account('x', 0, OLD)]
    quotaOf = () => ({ errcode: 9300527, errmsg: 'not support' })
    expect(await valuesIn()).toEqual([['not-applicable', null]])
  })

  it('is no-data for one account that cannot be read: the list’s older number would look like a top-up', async () => {
    list = [account('listed', 3, OLD), account('never', 0, 0), { delivery_id: 'YTO', biz_id: 'unknown' }]
    quotaOf = () => ({ errcode: 9300501, errmsg: 'courier failed' })
    expect(await valuesIn()).toEqual([
      ['no-data', null],
      ['no-data', null],
      ['no-data', null],
    ])
  })

  it('fails when nothing but old numbers could be had for an outage', async () => {
    list = [account('a', 3, OLD), account('b', 3, OLD), { ...account('c', 3, OLD), status_code: 3 }]
    quotaOf = () => ({ errcode: -1, errmsg: 'system busy' })
    expect((await failureOf(stepsOf(waybill, {}, call))).code).toBe('UPSTREAM_UNAVAILABLE')
    list.push(account('fresh', 4, FRESH))
    expect((await valuesIn()).at(-1)).toEqual(['current', '4'])
    list.pop()
    quotaOf = biz => (biz === 'a' ? { errcode: -1, errmsg: 'system busy' } : { quota_num: 8 })
    expect(await valuesIn()).toEqual([
      ['no-data', null],
      ['current', '8'],
      ['not-applicable', null],
    ])
  })

  it('fails when the function may not ask', async () => {
    list = [account('a', 3, OLD), account('b', 3, FRESH)]
    quotaOf = () => ({ errcode: -604101, errmsg: 'not declared' })
    expect((await failureOf(stepsOf(waybill, {}, call))).code).toBe('NOT_CONFIGURED')
  })

  it('fails with the list', async () => {
    mockCloud.openapi('logistics.getAllAccount', () => ({ errcode: -1, errmsg: 'system busy' }))
    expect((await failureOf(stepsOf(waybill, {}, call))).code).toBe('UPSTREAM_UNAVAILABLE')
  })

  it('leaves for later who cannot be asked in time, and asks each once in a round', async () => {
    list = [account('fresh', 1, FRESH), account('old', 2, OLD), account('older', 3, 5)]
    let left = 2
    const [step] = await stepsOf(waybill, { mayRequest: () => left-- > 0 }, call)
    expect(step?.readings.map(({ key, value }) => [key, value])).toEqual([
      ['YTO/fresh', '1'],
      ['YTO/old', '7'],
    ])
    expect(step?.next).toEqual(['YTO/fresh', 'YTO/old'])
    const [rest] = await stepsOf(waybill, { from: step?.next }, call)
    expect(rest?.readings.map(({ key, value }) => [key, value])).toEqual([['YTO/older', '7']])
    expect(rest?.next).toBeUndefined()
    expect(quotasAsked()).toEqual(['old', 'older'])
  })

  it('asks for nothing when there is no time at all', async () => {
    list = [account('old', 2, OLD)]
    expect(await stepsOf(waybill, { mayRequest: () => false }, call)).toEqual([])
    expect(apisAsked()).toEqual([])
  })

  it('is always configured', () => {
    expect(waybill.isConfigured(call.environment)).toBe(true)
  })
})

describe('readOne', () => {
  it('is one call, under the name that the list gave', async () => {
    list = [{ ...account('a/b', 7, FRESH), alias: '示例旗舰店' }]
    const [step] = await stepsOf(waybill, {}, call)
    const { memory, readings } = step ?? { readings: [] }
    mockCloud.openapiCalls.length = 0
    expect(await waybill.readOne('YTO/a/b', { memory }, call)).toEqual({ ...readings[0], at: expect.any(Number) })
    expect(mockCloud.openapiCalls).toEqual([
      { api: 'logistics.getQuota', parameters: { delivery_id: 'YTO', biz_id: 'a/b' } },
    ])
  })

  it.each([undefined, null, 'x', [1], { 'YTO/x': 1 }])('is named by its code without a memory: %j', async memory => {
    expect((await waybill.readOne('YTO/x', { memory }, call)).title.zh).toBe('圆通速递 · x')
  })

  it('is not-applicable for a courier without quotas, and fails with other errors', async () => {
    quotaOf = () => ({ errcode: 9300527, errmsg: 'not support' })
    expect(await waybill.readOne('SF/x', {}, call)).toMatchObject({ standing: 'not-applicable', value: null })
    quotaOf = () => ({ errcode: 9300525, errmsg: 'not bound' })
    expect((await failureOf(waybill.readOne('SF/x', {}, call))).code).toBe('NOT_FOUND')
    quotaOf = () => ({ errcode: -1, errmsg: 'system busy' })
    expect((await failureOf(waybill.readOne('SF/x', {}, call))).code).toBe('UPSTREAM_UNAVAILABLE')
  })

  it.each(['', 'YTO', '/x', 'YTO/'])('is NOT_FOUND for the key %j', async key => {
    expect((await failureOf(waybill.readOne(key, {}, call))).code).toBe('NOT_FOUND')
    expect(mockCloud.openapiCalls).toEqual([])
  })
})

describe('waybill, out of time', () => {
  const clock = fakeClock({ now: NOON })
  const TIME_MS = 3000
  /** As much as one invocation gets through, each request begun only where it might be answered. */
  const invoke = async (from: unknown) => {
    const call = makeCall({ variables: SDK_VARIABLES, clock, budgetMs: TIME_MS })
    const mayRequest = () => call.deadline.remaining() > 300
    try {
      return await clock.finish(stepsOf(waybill, { from, mayRequest }, call))
    } finally {
      call.deadline.release()
    }
  }

  it('takes no account that it had no time for as one without data, and goes on with it', async () => {
    quotaOf = async () => {
      await clock.sleep(900)
      return { quota_num: 7 }
    }
    list = Array.from({ length: 30 }, (_, index) => account(`x${index}`, 5, 1))
    const read: string[] = []
    let next: unknown
    let invocations = 0
    do {
      const steps = await invoke(next)
      const readings = readingsOf(steps)
      expect(readings.map(({ standing, value }) => [standing, value])).toEqual(readings.map(() => ['current', '7']))
      read.push(...readings.map(({ key }) => key))
      next = steps.at(-1)?.next
      invocations += 1
    } while (next !== undefined && invocations < 5)
    expect(invocations).toBe(2)
    expect(read).toEqual(list.map(({ biz_id }) => `YTO/${biz_id}`))
  })

  it('reads again from the first account that was cut off', async () => {
    quotaOf = async biz => {
      if (biz === 'hangs') await clock.sleep(2 * TIME_MS)
      return { quota_num: 7 }
    }
    list = ['a', 'hangs', 'b'].map(biz => account(biz, 5, 1))
    const [step] = await invoke(undefined)
    expect(step?.readings.map(({ key, standing }) => [key, standing])).toEqual([['YTO/a', 'current']])
    expect(step?.next).toEqual(['YTO/a'])
  })
})

describe('as an authorised app', () => {
  let upstream: TestUpstream
  beforeEach(async () => {
    upstream = await startUpstream(({ url }) =>
      json(url.pathname.endsWith('/getall') ? { list: [account('a', 3, OLD)] } : { quota_num: 12 }),
    )
  })
  afterEach(() => upstream.close())

  it('asks over HTTPS', async () => {
    const app = { WAYBILL_AUTHORIZER_APPID: 'wx1', WECHAT_AUTHORIZER_APPID: 'wx1' }
    const variables = { ...app, WECHAT_AUTHORIZER_ACCESS_TOKEN: 'token', WECHAT_API_URL: upstream.url }
    call = makeCall({ variables })
    expect(await valuesIn()).toEqual([['current', '12']])
    expect(await waybill.readOne('YTO/a', {}, call)).toMatchObject({ value: '12' })
    expect(upstream.exchanges).toHaveLength(3)
    expect(mockCloud.openapiCalls).toEqual([])
  })
})
