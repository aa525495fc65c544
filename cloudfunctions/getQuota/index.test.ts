import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { mockCloud } from '../../tests/mocks/wxServerSdk'
import { SDK_VARIABLES } from '../../tests/support/call'
import { captureConsole } from '../../tests/support/console'
import { callWithAnything, expectEnvelope } from '../../tests/support/envelope'
import { json, startUpstream } from '../../tests/support/upstream'
import { ADMIN, STRANGER, setVariables, TIMER } from '../../tests/support/variables'
import { main } from '.'

jest.mock('wx-server-sdk', () => mockCloud.sdk)

const CONTEXT = { request_id: 'r-1', time_limit_in_ms: 3000 }
const YTO = { deliveryId: 'YTO', bizId: 'xyz' }

describe('getQuota', () => {
  let restore = () => {}
  beforeEach(() => {
    mockCloud.reset()
    mockCloud.openapi('logistics.getQuota', ({ delivery_id }) =>
      delivery_id === 'SF' ? { errcode: 9300527, errmsg: 'no quota' } : { quota_num: 210 },
    )
    mockCloud.openapi('logistics.getAllAccount', () => ({
      list: [{ biz_id: 'xyz', delivery_id: 'YTO', quota_num: 5 }],
    }))
    restore = setVariables({ ...SDK_VARIABLES, ...ADMIN })
  })
  afterEach(() => restore())

  it('reads one account', async () => {
    expect(await call(YTO)).toEqual({ ok: true, data: { ...YTO, quotaNum: 210 }, requestId: 'r-1' })
    expect(apis()).toEqual(['logistics.getQuota'])
  })

  it('reads several: one failure does not hide the others', async () => {
    const result = await call({ accounts: [YTO, { deliveryId: 'SF', bizId: 'abc' }, YTO] })
    expect(result).toMatchObject({
      ok: true,
      data: {
        accounts: [
          { ...YTO, quotaNum: 210 },
          { deliveryId: 'SF', bizId: 'abc', error: { code: 'NOT_APPLICABLE' } },
          { ...YTO, quotaNum: 210 },
        ],
      },
    })
    expectEnvelope(result)
  })

  it('lists every bound account for an empty input', async () => {
    const account = { ...YTO, quotaNum: 5, quotaUpdateTime: null, statusCode: null, alias: null }
    expect(await call({})).toEqual({ ok: true, data: { accounts: [account] }, requestId: 'r-1' })
    expect(apis()).toEqual(['logistics.getAllAccount'])
  })

  it('reads for a client whose event the platform added to', async () => {
    const userInfo = { appId: 'wx1', openId: 'oADMIN' }
    expect(await call({ ...YTO, userInfo })).toMatchObject({ ok: true, data: { quotaNum: 210 } })
  })

  it('reads for its own timer, the input in Message', async () => {
    restore()
    restore = setVariables({ ...SDK_VARIABLES, ...TIMER })
    const event = { Type: 'Timer', TriggerName: 't', Time: '2026-11-20T04:00:00Z', Message: JSON.stringify(YTO) }
    expect(await call(event)).toMatchObject({ ok: true, data: { quotaNum: 210 } })
  })

  it('reads by HTTPS for an authorised app', async () => {
    const upstream = await startUpstream(() => json({ quota_num: 9, list: [] }))
    const undo = setVariables({
      WECHAT_API_URL: upstream.url,
      WECHAT_AUTHORIZER_APPID: 'wx1',
      WECHAT_AUTHORIZER_ACCESS_TOKEN: 'token',
    })
    const authorizerAppid = 'wx1'
    expect(await call({ ...YTO, authorizerAppid })).toMatchObject({ ok: true, data: { ...YTO, quotaNum: 9 } })
    expect(await call({ accounts: [YTO], authorizerAppid })).toMatchObject({ data: { accounts: [{ quotaNum: 9 }] } })
    expect(await call({ authorizerAppid })).toMatchObject({ ok: true, data: { accounts: [] } })
    expect(apis()).toEqual([])
    expect(upstream.exchanges).toHaveLength(3)
    undo()
    await upstream.close()
  })

  it('refuses a stranger, without any call', async () => {
    restore()
    restore = setVariables({ ...SDK_VARIABLES, ...STRANGER })
    expect(await call(YTO)).toMatchObject({ ok: false, error: { code: 'PERMISSION_DENIED' } })
    expect(apis()).toEqual([])
  })

  it.each<[string, unknown, string[]]>([
    ['no bizId', { deliveryId: 'YTO' }, ['bizId']],
    ['no deliveryId', { bizId: 'xyz' }, ['deliveryId']],
    ['a number for a name', { deliveryId: 1, bizId: 'xyz' }, ['deliveryId']],
    ['both wrong', { deliveryId: null, bizId: '' }, ['deliveryId', 'bizId']],
    ['65 characters', { ...YTO, bizId: 'x'.repeat(65) }, ['bizId']],
    ['10,001 characters', { ...YTO, deliveryId: 'x'.repeat(10_001) }, ['deliveryId']],
    ['an unknown key', { ...YTO, biz_id: 'xyz' }, ['biz_id']],
    ['an unknown key alone', { openid: 'o' }, ['openid']],
    ['a polluting key', JSON.parse('{"deliveryId":"YTO","bizId":"x","__proto__":{"a":1}}'), ['__proto__']],
    ['one account and several', { ...YTO, accounts: [YTO] }, ['deliveryId', 'bizId']],
    ['no accounts', { accounts: [] }, ['accounts']],
    ['51 accounts', { accounts: Array(51).fill(YTO) }, ['accounts']],
    ['accounts that are none', { accounts: YTO }, ['accounts']],
    ['an account without bizId', { accounts: [YTO, { deliveryId: 'SF' }] }, ['accounts.1.bizId']],
    ['an account with more', { accounts: [{ ...YTO, quotaNum: 1 }] }, ['accounts.0.quotaNum']],
    ['a blank app', { authorizerAppid: '  ' }, ['authorizerAppid']],
    ['a list', [YTO], ['']],
    ['text', 'YTO', ['']],
    [
      'a timer’s keys from a client',
      { Type: 'Timer', TriggerName: 't', Message: '{}' },
      ['Type', 'TriggerName', 'Message'],
    ],
  ])('refuses %s before any call', async (_, event, paths) => {
    const result = await call(event)
    expect(result).toMatchObject({ ok: false, error: { code: 'INVALID_ARGUMENT' } })
    expect(result.ok ? [] : result.error.fields?.map(({ path }) => path)).toEqual(paths)
    expect(apis()).toEqual([])
  })

  it('takes 50 accounts, and names of 64 characters', async () => {
    const account = { deliveryId: 'x'.repeat(64), bizId: 'y'.repeat(64) }
    expect(await call({ accounts: Array(50).fill(account) })).toMatchObject({ ok: true })
    expect(apis()).toHaveLength(50)
  })

  it('answers anything with a well-formed envelope', async () => {
    const codes = await callWithAnything(main, ['deliveryId', 'bizId', 'accounts', 'authorizerAppid'])
    expect([...codes].sort()).toEqual(['INVALID_ARGUMENT', 'NOT_CONFIGURED', 'OK'])
  }, 60_000)

  async function call(event: unknown) {
    return (await captureConsole(() => main(event, CONTEXT))).result
  }
  function apis() {
    return mockCloud.openapiCalls.map(({ api }) => api)
  }
})
