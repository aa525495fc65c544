import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Bed, makeBed } from '../../local/bed'
import { LOCAL_ADMIN } from '../../local/cloud'
import type { Caller } from '../../local/runtime'

const ADMIN: Caller = { kind: 'client', openid: LOCAL_ADMIN }
const STRANGER: Caller = { kind: 'client', openid: 'oStranger' }

let bed: Bed

beforeAll(async () => {
  // English, so that messages can be read here.
  bed = await makeBed({ environment: { YULIANG_LANGUAGE: 'en' } })
})

afterAll(() => bed.close())

async function call(name: string, event: unknown, caller: Caller = ADMIN): Promise<unknown> {
  const outcome = await bed.cloud.runtime.invoke(name, event, caller)
  if (!outcome.ok) throw new Error(`${outcome.code} ${outcome.message}`)
  return outcome.result
}

function upstreamCalls(): number {
  return [...bed.cloud.sandbox.counts.values()].reduce((sum, count) => sum + count, 0)
}

const ok = (data: unknown) => ({ ok: true, data, requestId: expect.any(String) })

describe('the documented examples, through the built functions', () => {
  it('getQuota answers the documented balance of one account', async () => {
    const answer = await call('getQuota', { deliveryId: 'YTO', bizId: 'xyz' })

    expect(answer).toEqual(ok({ deliveryId: 'YTO', bizId: 'xyz', quotaNum: 210 }))
  })

  it('getQuota answers the same by HTTPS under an authorised app', async () => {
    const { authorizerAppid } = bed.cloud.sandbox.credentials.wechat

    const answer = await call('getQuota', { deliveryId: 'YTO', bizId: 'xyz', authorizerAppid })

    expect(answer).toEqual(ok({ deliveryId: 'YTO', bizId: 'xyz', quotaNum: 210 }))
    expect(bed.cloud.sandbox.counts.get('/cgi-bin/express/business/quota/get')).toBeGreaterThan(0)
  })

  it('getQuota lists the same accounts by cloud call and by HTTPS', async () => {
    const { authorizerAppid } = bed.cloud.sandbox.credentials.wechat

    const [byCloudCall, byHttps] = await Promise.all([call('getQuota', {}), call('getQuota', { authorizerAppid })])

    // All but the number itself and its time, which may have moved on in between.
    const known = (answer: unknown) => {
      const { accounts } = (answer as { data: { accounts: { quotaNum: number | null; quotaUpdateTime: unknown }[] } })
        .data
      return accounts.map(({ quotaNum, quotaUpdateTime, ...account }) => ({ ...account, hasQuota: quotaNum !== null }))
    }
    expect(known(byHttps)).toEqual(known(byCloudCall))
    expect(known(byCloudCall)).toContainEqual({
      deliveryId: 'ZTO',
      bizId: 'sandbox-zto',
      statusCode: 0,
      alias: expect.any(String),
      hasQuota: true,
    })
  })

  it('tencentBilling answers the documented member to the cent', async () => {
    const answer = await call('tencentBilling', { action: 'memberBalances', memberUins: ['700001941608'] })

    const member = {
      memberUin: '700001941608',
      memberName: 'kleinerwang_test',
      isCreditAccount: false,
      realBalance: '363659.11',
      cashAccountBalance: '363659.11',
      creditAmount: '0.00',
      basicCreditAmount: '0.00',
      tempCredit: '0.00',
      oweAmount: '0.00',
      currency: 'USD',
    }
    expect(answer).toEqual(ok({ members: [member], totalCount: 1 }))
  })
})

describe('one failure hides no other', () => {
  it('getQuota gives each account its balance or its own error', async () => {
    const accounts = [
      { deliveryId: 'YTO', bizId: 'xyz' },
      { deliveryId: 'NOBODY', bizId: 'xyz' },
      { deliveryId: 'YTO', bizId: 'not-bound' },
    ]

    const answer = await call('getQuota', { accounts })

    expect(answer).toEqual(
      ok({
        accounts: [
          { deliveryId: 'YTO', bizId: 'xyz', quotaNum: 210 },
          {
            deliveryId: 'NOBODY',
            bizId: 'xyz',
            error: expect.objectContaining({ code: 'NOT_FOUND', retryable: false }),
          },
          { deliveryId: 'YTO', bizId: 'not-bound', error: expect.objectContaining({ code: 'NOT_FOUND' }) },
        ],
      }),
    )
  })

  it('a courier without quotas is NOT_APPLICABLE, never 0', async () => {
    const { accounts } = (await call('getQuota', {}).then(answer => (answer as { data: object }).data)) as {
      accounts: { deliveryId: string; bizId: string; quotaNum: number | null }[]
    }
    const direct = accounts.filter(account => account.quotaNum === null)
    expect(direct.length).toBeGreaterThan(0)

    const answers = await Promise.all(direct.map(({ deliveryId, bizId }) => call('getQuota', { deliveryId, bizId })))

    for (const answer of answers) {
      expect(answer).toMatchObject({ ok: false, error: { code: 'NOT_APPLICABLE', upstream: { code: '9300527' } } })
    }
  })
})

describe('who may call', () => {
  it.each(['getQuota', 'queryQuota', 'tencentBilling', 'huaweiCredit', 'watchQuotas', 'quotaBoard'])(
    '%s refuses a stranger before any upstream call',
    async name => {
      const before = upstreamCalls()

      const answer = await call(name, {}, STRANGER)

      expect(answer).toMatchObject({ ok: false, error: { code: 'PERMISSION_DENIED', retryable: false } })
      expect(upstreamCalls()).toBe(before)
    },
  )

  it('a client that says it is a timer stays a client', async () => {
    const event = { Type: 'Timer', TriggerName: 'x', Time: '2026-11-21T00:00:00Z', Message: '{}' }

    expect(await call('queryQuota', event, STRANGER)).toMatchObject({ error: { code: 'PERMISSION_DENIED' } })
    expect(await call('queryQuota', event, ADMIN)).toMatchObject({
      error: { code: 'INVALID_ARGUMENT', fields: expect.arrayContaining([expect.objectContaining({ path: 'Type' })]) },
    })
  })

  it('a client that names another openid in its event gains nothing', async () => {
    const answer = await call('queryQuota', { userInfo: { openId: LOCAL_ADMIN } }, STRANGER)

    expect(answer).toMatchObject({ error: { code: 'PERMISSION_DENIED' } })
  })

  it('a timer drives a function with the JSON of its Message', async () => {
    const timer: Caller = { kind: 'timer', triggerName: 'hourly', message: '{"deliveryId":"YTO","bizId":"xyz"}' }

    expect(await call('getQuota', undefined, timer)).toMatchObject({ ok: true, data: { quotaNum: 210 } })
  })

  it('another function of the environment may call', async () => {
    expect(await call('huaweiCredit', {}, { kind: 'function', source: 'wx_client' })).toMatchObject({ ok: true })
  })

  it('an HTTP access is refused', async () => {
    expect(await call('huaweiCredit', {}, { kind: 'http' })).toMatchObject({ error: { code: 'PERMISSION_DENIED' } })
  })
})

const LONG = 'x'.repeat(10_001)
const usage = { action: 'usageDetail', startTime: '20260901', endTime: '20260930' }

/** Function, the field that must be named, and the input. */
const BAD: [string, string, unknown][] = [
  ['getQuota', '', []],
  ['getQuota', '', 'YTO'],
  ['getQuota', '', 7],
  ['getQuota', 'bizId', { deliveryId: 'YTO' }],
  ['getQuota', 'deliveryId', { deliveryId: '', bizId: 'xyz' }],
  ['getQuota', 'deliveryId', { deliveryId: 1, bizId: 'xyz' }],
  ['getQuota', 'deliveryId', { deliveryId: LONG, bizId: 'xyz' }],
  ['getQuota', 'courier', { deliveryId: 'YTO', bizId: 'xyz', courier: 'YTO' }],
  ['getQuota', 'accounts', { accounts: [] }],
  ['getQuota', 'accounts', { accounts: Array(51).fill({ deliveryId: 'YTO', bizId: 'xyz' }) }],
  ['getQuota', 'accounts.1.bizId', { accounts: [{ deliveryId: 'YTO', bizId: 'xyz' }, { deliveryId: 'YTO' }] }],
  ['getQuota', 'accounts.0.x', { accounts: [{ deliveryId: 'YTO', bizId: 'xyz', x: 1 }] }],
  ['getQuota', '__proto__', JSON.parse('{"__proto__": {"admin": true}}')],
  ['getQuota', 'constructor', { constructor: 1 }],
  ['queryQuota', 'authorizerAppid', { authorizerAppid: null }],
  ['queryQuota', 'toString', { toString: 'x' }],
  ['tencentBilling', 'action', {}],
  ['tencentBilling', 'action', { action: 'balances' }],
  ['tencentBilling', 'pageSize', { action: 'memberBalances', pageSize: 11 }],
  ['tencentBilling', 'pageNumber', { action: 'memberBalances', pageNumber: 0 }],
  ['tencentBilling', 'pageNumber', { action: 'memberBalances', pageNumber: 1.5 }],
  ['tencentBilling', 'memberUins.0', { action: 'memberBalances', memberUins: ['70000194160a'] }],
  ['tencentBilling', 'memberUins.0', { action: 'memberBalances', memberUins: [700001941608] }],
  ['tencentBilling', 'memberUins', { action: 'memberBalances', memberUins: [] }],
  ['tencentBilling', 'all', { action: 'memberBalances', all: 'yes' }],
  ['tencentBilling', 'limit', { ...usage, limit: 500 }],
  ['tencentBilling', 'limit', { ...usage, limit: 0 }],
  ['tencentBilling', 'offset', { ...usage, offset: -1 }],
  ['tencentBilling', 'startTime', { ...usage, startTime: '20260931' }],
  ['tencentBilling', 'endTime', { ...usage, endTime: '20230229' }],
  ['tencentBilling', 'endTime', { ...usage, endTime: '2026-09-30' }],
  ['tencentBilling', 'endTime', { ...usage, endTime: '20260831' }],
  ['tencentBilling', 'endTime', { ...usage, endTime: '20261001' }],
  ['tencentBilling', 'quotaType', { ...usage, quotaType: 'Everything' }],
  ['tencentBilling', 'cursor', { ...usage, all: true, cursor: 'made-up' }],
  ['tencentBilling', 'startTime', { action: 'usageDetail', endTime: '20260930' }],
  ['huaweiCredit', 'currency', { currency: 'USD' }],
]

describe('bad input', () => {
  it.each(BAD)('%s refuses it before any upstream call and names "%s"', async (name, path, event) => {
    const before = upstreamCalls()

    const answer = await call(name, event)

    expect(answer).toMatchObject({ ok: false, error: { code: 'INVALID_ARGUMENT', retryable: false } })
    const { fields } = (answer as { error: { fields: { path: string; message: string }[] } }).error
    expect(fields.map(field => field.path)).toContain(path)
    for (const { message } of fields) expect(message).toMatch(/^(must|is|cannot)/)
    expect(upstreamCalls()).toBe(before)
  })
})

describe('configuration', () => {
  it.each([
    ['queryQuota', 'WECHAT_AUTHORIZER_ACCESS_TOKEN', {}],
    ['tencentBilling', 'TENCENT_SECRET_ID', { action: 'memberBalances' }],
    ['tencentBilling', 'TENCENT_ESS_APP_ID', usage],
    ['huaweiCredit', 'HUAWEI_SECRET_KEY', {}],
  ])('%s without %s says so', async (name, variable, input) => {
    const bare = await makeBed({ environment: { YULIANG_LANGUAGE: 'en', [variable]: '' } })
    try {
      const outcome = await bare.cloud.runtime.invoke(name, input, ADMIN)

      expect(outcome).toMatchObject({ ok: true, result: { ok: false, error: { code: 'NOT_CONFIGURED' } } })
      expect(JSON.stringify(outcome)).toContain(variable)
    } finally {
      await bare.close()
    }
  })
})
