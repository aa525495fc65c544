import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { FaultPlan } from '../../http/faults'
import { type Sandbox, sandboxCredentials, startSandbox } from '../index'
import { ask, NOON } from '../testing'

const HOST = 'api.weixin.qq.com'
const STABLE = '/cgi-bin/stable_token'
const QUOTA = '/cgi-bin/express/business/quota/get'
const ACCOUNTS = '/cgi-bin/express/business/account/getall'
const AUDITS = '/wxa/queryquota'
const API_QUOTA = '/cgi-bin/openapi/quota/get'
const { appid, appsecret, ...authorizer } = sandboxCredentials.wechat

let now: number
let faults: FaultPlan
let sandbox: Sandbox

beforeEach(async () => {
  now = NOON
  faults = new FaultPlan()
  sandbox = await startSandbox({ now: () => now, faults })
})

afterEach(() => sandbox.close())

interface WechatAnswer {
  access_token: string
  count: number
  list: { delivery_id: string; biz_id: string; quota_num?: number }[]
  rest: number
}

async function post(path: string, body: unknown) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await ask<WechatAnswer>(sandbox.port, { host: HOST, path, method: 'POST', body: text })
  expect(answer.status).toBe(200)
  return answer.json
}

async function get(path: string) {
  const answer = await ask<WechatAnswer>(sandbox.port, { host: HOST, path })
  expect(answer.status).toBe(200)
  return answer.json
}

function login(changes: object = {}) {
  return post(STABLE, { grant_type: 'client_credential', appid, secret: appsecret, ...changes })
}

async function withToken(path: string): Promise<string> {
  return `${path}?access_token=${(await login()).access_token}`
}

describe('stable_token', () => {
  it('repeats the same token while it lasts, with what is left of its life', async () => {
    const first = await login()
    expect(first).toEqual({ access_token: expect.stringContaining('sandbox'), expires_in: 7_200 })
    now += 60_000
    expect(await login()).toEqual({ access_token: first.access_token, expires_in: 7_140 })
  })

  it('renews five minutes before the end, and the old one stays good until then', async () => {
    const { access_token: old } = await login()
    now += 6_900_000
    const renewed = await login()
    expect(renewed).toMatchObject({ expires_in: 7_200 })
    expect(renewed.access_token).not.toBe(old)
    now += 299_999
    expect(await get(`${ACCOUNTS}?access_token=${old}`)).toHaveProperty('count')
    now += 1
    expect(await get(`${ACCOUNTS}?access_token=${old}`)).toMatchObject({ errcode: 42001 })
    expect(await get(`${ACCOUNTS}?access_token=${renewed.access_token}`)).toHaveProperty('count')
  })

  it('gives a new one when forced; the old one stays good for five minutes', async () => {
    const { access_token: old } = await login()
    now += 60_000
    const { access_token: forced } = await login({ force_refresh: true })
    expect(forced).not.toBe(old)
    expect((await login()).access_token).toBe(forced)
    now += 299_999
    expect(await get(`${ACCOUNTS}?access_token=${old}`)).toHaveProperty('count')
    now += 1
    expect(await get(`${ACCOUNTS}?access_token=${old}`)).toMatchObject({ errcode: 42001 })
  })

  it('forgets tokens that expired long ago', async () => {
    const { access_token: old } = await login()
    now += 3 * 7_200_000
    await login()
    expect(await get(`${ACCOUNTS}?access_token=${old}`)).toMatchObject({ errcode: 40001 })
  })

  it.each([
    [40002, { grant_type: 'password' }],
    [40013, { appid: 'wx' }],
    [40125, { secret: 'wrong' }],
  ])('refuses with %d: %j', async (errcode, changes) => {
    expect(await login(changes)).toMatchObject({ errcode, errmsg: expect.stringMatching(/ rid: [\w-]+$/) })
  })
})

describe('what every API checks', () => {
  it.each([
    [41001, AUDITS],
    [41001, `${AUDITS}?access_token=`],
    [40001, `${AUDITS}?access_token=unknown`],
    [42001, `${AUDITS}?access_token=${authorizer.expiredAuthorizerAccessToken}`],
    [40066, '/cgi-bin/unknown'],
    [40066, '/constructor'],
    [43002, QUOTA],
    [43002, API_QUOTA],
  ])('refuses with %d: GET %s', async (errcode, path) => {
    expect(await get(path)).toMatchObject({ errcode })
  })

  it('wants GET where the document says GET, and JSON objects', async () => {
    expect(await post(await withToken(ACCOUNTS), {})).toMatchObject({ errcode: 43001 })
    for (const body of ['', '{', '[]', 'null']) expect(await post(STABLE, body)).toMatchObject({ errcode: 47001 })
  })
})

describe('waybills', () => {
  it('lists every account with what the courier last told', async () => {
    const { count, list } = await get(await withToken(ACCOUNTS))
    expect(count).toBe(7)
    expect(list).toHaveLength(7)
    const byCourier = Object.fromEntries(list.map(account => [account.delivery_id, account]))
    expect(byCourier.YTO).toMatchObject({ biz_id: 'sandbox-yto', status_code: 0, quota_update_time: NOON / 1_000 })
    expect(byCourier.YUNDA).toMatchObject({ status_code: 0, quota_num: 0 })
    expect(byCourier.SF).not.toHaveProperty('quota_num')
    expect(byCourier.JTSD).toMatchObject({ status_code: 1, remark_content: expect.stringContaining('示例') })
    expect(byCourier.BEST).toMatchObject({ status_code: 2, remark_wrong_msg: expect.stringContaining('示例') })
  })

  it('tells the same of one account as of all, to an authorised service provider too', async () => {
    const token = `?access_token=${authorizer.authorizerAccessToken}`
    const { list } = await get(ACCOUNTS + token)
    const [yto] = list
    const { delivery_id, biz_id } = { ...yto }
    expect(await post(QUOTA + token, { delivery_id, biz_id })).toEqual({ quota_num: yto?.quota_num })
  })

  it.each([
    [9300503, { delivery_id: 'NONE', biz_id: 'xyz' }],
    [9300520, { biz_id: 'xyz' }],
    [9300525, { delivery_id: 'YTO', biz_id: 'other' }],
    [9300525, { delivery_id: 'YTO' }],
    [9300525, { delivery_id: 'JTSD', biz_id: 'sandbox-jtsd' }],
    [9300527, { delivery_id: 'SF', biz_id: 'sandbox-sf' }],
  ])('refuses with %d: %j', async (errcode, body) => {
    expect(await post(await withToken(QUOTA), body)).toMatchObject({ errcode })
  })

  it('adds what the courier said to a 9300501, met or asked for by a fault', async () => {
    const courier = { errcode: 9300501, delivery_resultcode: 10, delivery_resultmsg: expect.any(String) }
    const path = await withToken(QUOTA)
    expect(await post(path, { delivery_id: 'BEST', biz_id: 'sandbox-best' })).toMatchObject(courier)
    faults.add(QUOTA, { kind: 'error', code: '9300501' }, 1)
    expect(await post(path, { delivery_id: 'YTO', biz_id: 'xyz' })).toMatchObject(courier)
    expect(await post(path, { delivery_id: 'YTO', biz_id: 'xyz' })).toEqual({ quota_num: 210 })
  })

  it('answers errcode 0 and nothing else when a fault asks for a hollow answer', async () => {
    faults.add(QUOTA, { kind: 'hollow' })
    expect(await post(QUOTA, {})).toEqual({ errcode: 0, errmsg: 'ok' })
  })
})

describe('queryquota', () => {
  it('answers an authorised service provider', async () => {
    const answer = await get(`${AUDITS}?access_token=${authorizer.authorizerAccessToken}`)
    expect(answer).toMatchObject({ errcode: 0, errmsg: 'ok', limit: 80, speedup_limit: 3 })
    expect(answer.rest).toBeLessThan(80)
  })

  it("refuses the app's own token", async () => {
    expect(await get(await withToken(AUDITS))).toMatchObject({ errcode: 61014 })
  })
})

describe('openapi/quota/get', () => {
  const provider = `${API_QUOTA}?access_token=${authorizer.authorizerAccessToken}`
  const HOUR = 3_600_000
  /** 2026-11-20 00:00 in Shanghai. */
  const MIDNIGHT = NOON - 20 * HOUR

  async function quotaAt(instant: number, cgi_path: string) {
    now = instant
    const { quota } = (await post(provider, { cgi_path })) as unknown as { quota: Record<string, number> }
    return quota
  }

  it.each([QUOTA, ACCOUNTS, AUDITS])('answers a service provider for %s', async cgi_path => {
    const count = expect.any(Number)
    const rate = { call_count: count, refresh_second: count }
    expect(await post(provider, { cgi_path })).toEqual({
      errcode: 0,
      errmsg: 'ok',
      quota: { daily_limit: count, used: count, remain: count },
      rate_limit: rate,
      component_rate_limit: rate,
    })
  })

  it("grows with the hours, never beyond the day's limit, and begins anew at midnight in Shanghai", async () => {
    expect(await quotaAt(MIDNIGHT - 1, AUDITS)).toMatchObject({ used: expect.any(Number), daily_limit: 1_000 })
    expect((await quotaAt(MIDNIGHT - 1, AUDITS))['used']).toBeGreaterThan(250)
    let before = -1
    for (let hour = 0; hour < 24; hour++) {
      const { daily_limit = 0, used = 0, remain = 0 } = { ...(await quotaAt(MIDNIGHT + hour * HOUR, AUDITS)) }
      expect(used).toBeGreaterThan(before)
      if (hour === 0) expect(used).toBe(0)
      expect(used + remain).toBe(daily_limit)
      expect(remain).toBeGreaterThan(0)
      before = used
    }
  })

  it("tells the app's own token of the app's own APIs only", async () => {
    const own = await withToken(API_QUOTA)
    expect(await post(own, { cgi_path: QUOTA })).toMatchObject({ errcode: 0 })
    expect(await post(own, { cgi_path: AUDITS })).toMatchObject({ errcode: 76022 })
  })

  it.each([
    [76021, { cgi_path: '/cgi-bin/unknown' }],
    [76021, { cgi_path: `${QUOTA}/` }],
    [76021, { cgi_path: 'constructor' }],
    [76021, { cgi_path: 1 }],
    [76021, {}],
    [47001, '{'],
  ])('refuses with %d: %j', async (errcode, body) => {
    expect(await post(provider, body)).toMatchObject({ errcode, errmsg: expect.stringMatching(/ rid: [\w-]+$/) })
  })

  it('needs a token', async () => {
    expect(await post(API_QUOTA, { cgi_path: QUOTA })).toMatchObject({ errcode: 41001 })
  })
})
