import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { FaultPlan } from '../../http/faults'
import { type Sandbox, sandboxCredentials, startSandbox } from '../index'
import { ask, NOON } from '../testing'

const HOST = 'api.weixin.qq.com'
const STABLE = '/cgi-bin/stable_token'
const QUOTA = '/cgi-bin/express/business/quota/get'
const ACCOUNTS = '/cgi-bin/express/business/account/getall'
const AUDITS = '/wxa/queryquota'
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
