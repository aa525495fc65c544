import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Client, message } from './testing/client'
import { json, startTestGateway, type TestGateway } from './testing/gateway'

let now = 1_000_000
let gateway: TestGateway
let client: Client

beforeEach(async () => {
  gateway = await startTestGateway({ now: () => now })
  client = new Client(gateway)
})

afterEach(() => gateway.close())

describe('cloud calls', () => {
  test('go on with their parameters as they came and the production Host', async () => {
    expect(await client.quota()).toEqual({ text: '{"quota_num":210}' })
    expect(gateway.wechat.asked).toEqual([
      {
        path: '/cgi-bin/stable_token',
        host: 'api.weixin.qq.com',
        body: '{"grant_type":"client_credential","appid":"wx0000000000000000","secret":"secret"}',
      },
      {
        path: '/cgi-bin/express/business/quota/get?access_token=token-1',
        host: 'api.weixin.qq.com',
        body: '{"delivery_id":"YTO","biz_id":"xyz"}',
      },
    ])
  })

  test('a GET API takes its parameters in the query', async () => {
    await client.openApi('logistics.getAllAccount', message({ name: '韵达', page: 2 }))
    const path = gateway.wechat.asked.at(-1)?.path ?? ''
    expect(Object.fromEntries(new URL(path, 'http://x').searchParams)).toEqual({
      access_token: 'token-1',
      name: '韵达',
      page: '2',
    })
  })

  test('share one token, asked for once until it expires', async () => {
    await Promise.all([client.quota(), client.quota(), client.quota()])
    expect(tokenRequests()).toHaveLength(1)
    now += 7200_000
    await client.quota()
    expect(tokenRequests()).toHaveLength(2)
  })

  test('replace a token that is no longer taken, once', async () => {
    await client.quota()
    gateway.wechat.token = 'token-2'
    expect(await Promise.all([client.quota(), client.quota()])).toEqual([
      { text: '{"quota_num":210}' },
      { text: '{"quota_num":210}' },
    ])
    expect(tokenRequests()).toHaveLength(2)
    expect(tokenRequests()[1]?.body).toContain('"force_refresh":true')
  })

  test('give up on a token that is refused again', async () => {
    gateway.wechat.reply = json({ errcode: 42001, errmsg: 'expired' })
    expect(await client.quota()).toEqual({ text: '{"errcode":42001,"errmsg":"expired"}' })
    expect(tokenRequests()).toHaveLength(2)
  })

  test.each([
    ['an HTTP error', { status: 502, body: '<html>' }, /HTTP 502/],
    ['no JSON', { status: 200, body: '<html>' }, /not a JSON object/],
  ])('an upstream with %s is a system error', async (_, reply, reason) => {
    gateway.wechat.reply = reply
    expect((await client.quota()).refusal).toMatchObject({ code: 'SYS_ERR', message: expect.stringMatching(reason) })
  })

  test('an upstream that cannot be reached is a system error', async () => {
    await gateway.wechat.close()
    expect((await client.quota()).refusal).toMatchObject({ code: 'SYS_ERR', message: expect.stringMatching(/reached/) })
  })

  test('in the older way answer in JSON', async () => {
    const legacy = (fields: object) =>
      client.act({ action: 'wx.api', cgiName: 'commrpcv2', requestData: '{}', ...fields })
    const answerOf = async (fields: object) => (await legacy(fields))['data']
    gateway.wechat.reply = json({ quota_num: 3 })
    expect(await answerOf({ apiName: 'logistics.getQuota' })).toEqual({ responseData: '{"quota_num":3}' })
    expect(await answerOf({ apiName: 'no.such' })).toEqual({
      responseData: '{"errcode":-604100,"errmsg":"API not found"}',
    })
    const wxCloudApiToken = gateway.sessions.issue({ functionName: 'stranger', source: 'wx_client' })
    expect(await answerOf({ apiName: 'logistics.getQuota', wxCloudApiToken })).toEqual({
      responseData: '{"errcode":-604101,"errmsg":"function has no permission to call this API"}',
    })
    expect(await legacy({ apiName: 'logistics.getQuota', requestData: '[' })).toMatchObject({ code: 'INVALID_PARAM' })
  })

  function tokenRequests() {
    return gateway.wechat.asked.filter(({ path }) => path === '/cgi-bin/stable_token')
  }
})
