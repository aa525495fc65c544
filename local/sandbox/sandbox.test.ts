import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { FaultPlan } from '../http/faults'
import { documented } from './documented'
import { type Sandbox, sandboxCredentials, startSandbox } from './index'
import { type Ask, ask, NOON, sha256, signHuawei } from './testing'

const example = sandboxCredentials.documented
const QUOTA = '/cgi-bin/express/business/quota/get'
const token = `?access_token=${sandboxCredentials.wechat.authorizerAccessToken}`
const getQuota: Ask = {
  host: 'api.weixin.qq.com',
  path: QUOTA + token,
  method: 'POST',
  body: JSON.stringify({ delivery_id: example.wechat.deliveryId, biz_id: example.wechat.bizId }),
}

interface Accounts {
  count: number
  list: { delivery_id: string; biz_id: string }[]
}

let faults: FaultPlan
let seen: string[]
let sandbox: Sandbox

beforeEach(async () => {
  faults = new FaultPlan()
  seen = []
  sandbox = await startSandbox({ now: () => NOON, faults, onCall: api => seen.push(api) })
})

afterEach(() => sandbox.close())

describe('the documented examples', () => {
  // Copied from the documents once; a hash notices an editor that tidies up.
  it.each([
    ['huawei-consumption-quota', 'd3e6c247f5c6cb2e1bf20b402c3065238e941b693c906897d9c315df959fbb69'],
    ['tencent-esign-usage-1', '2a934c23ec9a171bffc5c27c64ab6055af9927beb8ba96935eed320231bda7e7'],
    ['tencent-esign-usage-2', '9643e00e54a3cb56c45097d780ae3b32fab7c5b885866b06f49d1a51694e922f'],
    ['tencent-esign-usage-3', '9643e00e54a3cb56c45097d780ae3b32fab7c5b885866b06f49d1a51694e922f'],
    ['tencent-member-balance', '4514d3f2f6319316f457b4cf58ca6417bc3f3829804b9e17d0a24ccaf72b60bc'],
    ['wechat-get-quota', 'a4da913080fd4a8915052682777bc53994762a59ce136236244dea0ef78d0f6b'],
    ['wechat-queryquota', 'b506260e4dea855f89bd49235acb0a2b71c605967560ad2bd3e51bce9b17945b'],
  ] as const)('%s is kept as printed', (name, hash) => {
    expect(sha256(documented(name))).toBe(hash)
  })

  it('WeChat: answered byte for byte', async () => {
    expect((await ask(sandbox.port, getQuota)).body.toString()).toBe('{"quota_num":210}')
    const path = `/wxa/queryquota?access_token=${sandboxCredentials.wechat.notGrantedAuthorizerAccessToken}`
    const audits = await ask(sandbox.port, { host: 'api.weixin.qq.com', path })
    expect(audits.body).toEqual(documented('wechat-queryquota'))
  })

  it('Huawei: answered byte for byte', async () => {
    const request = {
      host: 'bss-intl.myhuaweicloud.com',
      path: '/v2/partners/credit/consumption-quota',
      headers: { 'content-type': 'application/json', 'x-sdk-date': '20261120T120000Z' },
    }
    const answer = await ask(sandbox.port, signHuawei(request, example.huawei.accessKey, example.huawei.secretKey))
    expect(answer.body).toEqual(documented('huawei-consumption-quota'))
    expect(answer.headers['content-type']).toBe('application/json;charset=UTF-8')
  })
})

describe('the sandbox', () => {
  it('tells the upstreams apart by Host, and knows no others', async () => {
    const answer = await ask(sandbox.port, { host: 'example.com', path: '/' })
    expect(answer.status).toBe(421)
    expect(answer.body.toString()).toContain('example.com')
    expect(sandbox.calls).toEqual([])
  })

  it('notes each call with its time, status and code', async () => {
    faults.add(QUOTA, { kind: 'error', code: '9300502' }, 1)
    faults.add(QUOTA, { kind: 'hollow' }, 1)
    faults.add(QUOTA, { kind: 'reset' }, 1)
    for (let call = 0; call < 2; call++) await ask(sandbox.port, getQuota)
    await expect(ask(sandbox.port, getQuota)).rejects.toThrow()
    await ask(sandbox.port, getQuota)
    await ask(sandbox.port, { ...getQuota, path: QUOTA })
    expect(sandbox.calls).toEqual([
      { api: QUOTA, at: NOON, status: 200, code: '9300502' },
      { api: QUOTA, at: NOON, status: 200 },
      { api: QUOTA, at: NOON },
      { api: QUOTA, at: NOON, status: 200 },
      { api: QUOTA, at: NOON, status: 200, code: '41001' },
    ])
    expect(sandbox.counts).toEqual(new Map([[QUOTA, 5]]))
    expect(sandbox.peaks).toEqual(new Map([[QUOTA, 5]]))
    expect(seen).toEqual(Array(5).fill(QUOTA))
  })

  it('grows with the scale that is asked for', async () => {
    const large = await startSandbox({ now: () => NOON, scale: { waybillAccounts: 40 } })
    const path = `/cgi-bin/express/business/account/getall${token}`
    const { json } = await ask<Accounts>(large.port, { host: 'api.weixin.qq.com', path })
    await large.close()
    expect(json.count).toBe(40)
    const names = json.list.map(account => account.delivery_id + account.biz_id)
    expect(new Set(names).size).toBe(40)
  })

  it('marks every credential as no real one', () => {
    const flat = JSON.stringify([sandboxCredentials.wechat, sandboxCredentials.tencent, sandboxCredentials.huawei])
    for (const [, name, secret] of flat.matchAll(/"(\w*(?:ecret|assword|oken)\w*)":"([^"]+)"/g)) {
      expect(`${name} ${secret}`).toMatch(/sandbox/i)
    }
  })
})
