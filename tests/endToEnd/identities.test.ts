import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { type Bed, makeBed } from '../../local/bed'
import { LOCAL_ADMIN } from '../../local/cloud'
import { sandboxCredentials } from '../../local/sandbox'

const CREDIT = '/v2/partners/credit/consumption-quota'
const TOKENS = '/v3/auth/tokens'
const { huawei, documented } = sandboxCredentials

async function call(bed: Bed, name: string, event: object = {}, openid = LOCAL_ADMIN): Promise<unknown> {
  const outcome = await bed.cloud.runtime.invoke(name, event, { kind: 'client', openid })
  if (!outcome.ok) throw new Error(`${outcome.code} ${outcome.message}`)
  return outcome.result
}

async function withEnvironment(environment: Record<string, string>, use: (bed: Bed) => Promise<void>): Promise<void> {
  const bed = await makeBed({ environment: { YULIANG_LANGUAGE: 'en', ...environment } })
  try {
    await use(bed)
  } finally {
    await bed.close()
  }
}

describe('members in the database', () => {
  let bed: Bed

  beforeAll(async () => {
    bed = await makeBed()
    const { database } = bed.cloud.gateway
    database.addCollection('yl_members')
    const documents = [
      { _id: 'oViewer', role: 'viewer' },
      { _id: 'oOdd', role: 'owner' },
    ]
    database.insert({ collection: 'yl_members', documents })
  })

  afterEach(() => bed.cloud.faults.clear())
  afterAll(() => bed.close())

  // The SDK is packed into three of these and loaded for this look-up alone.
  it.each([
    ['getQuota', { deliveryId: 'YTO', bizId: 'xyz' }],
    ['queryQuota', {}],
    ['tencentBilling', { action: 'memberBalances' }],
    ['huaweiCredit', {}],
  ])('let a viewer call %s, and nobody else', async (name, event) => {
    expect(await call(bed, name, event, 'oViewer')).toMatchObject({ ok: true })
    expect(await call(bed, name, event, 'oStranger')).toMatchObject({ error: { code: 'PERMISSION_DENIED' } })
  })

  it('with a role that does not exist let nobody in', async () => {
    expect(await call(bed, 'huaweiCredit', {}, 'oOdd')).toMatchObject({ error: { code: 'INTERNAL' } })
  })

  it('that cannot be read are an error, never a refusal', async () => {
    bed.cloud.faults.add('database.getDocument', { kind: 'status', status: 500 })

    expect(await call(bed, 'huaweiCredit', {}, 'oViewer')).toMatchObject({
      error: { code: 'UPSTREAM_UNAVAILABLE', retryable: true },
    })
  })
})

describe('huaweiCredit', () => {
  const none = { HUAWEI_ACCESS_KEY: '', HUAWEI_SECRET_KEY: '' }
  const { user, password, domain } = huawei.iam
  const iam = { HUAWEI_IAM_USER: user, HUAWEI_IAM_PASSWORD: password, HUAWEI_IAM_DOMAIN: domain }

  it('fetches the token of an IAM user once and keeps it', async () => {
    await withEnvironment({ ...none, ...iam }, async bed => {
      expect(await call(bed, 'huaweiCredit')).toMatchObject({ ok: true })
      expect(await call(bed, 'huaweiCredit')).toMatchObject({ ok: true })
      expect(bed.cloud.sandbox.counts.get(TOKENS)).toBe(1)
    })
  })

  it('fetches a new token once when the kept one is refused', async () => {
    await withEnvironment({ ...none, ...iam }, async bed => {
      await call(bed, 'huaweiCredit')
      bed.cloud.faults.add(CREDIT, { kind: 'error', code: 'APIGW.0301' }, 1)

      expect(await call(bed, 'huaweiCredit')).toMatchObject({ ok: true })
      expect(bed.cloud.sandbox.counts.get(TOKENS)).toBe(2)

      bed.cloud.faults.add(CREDIT, { kind: 'error', code: 'APIGW.0301' })
      expect(await call(bed, 'huaweiCredit')).toMatchObject({
        error: { code: 'UPSTREAM_REJECTED', upstream: { code: 'APIGW.0301' } },
      })
      expect(bed.cloud.sandbox.counts.get(TOKENS)).toBe(3)
    })
  })

  it('sends a given token, and a temporary key with its security token', async () => {
    await withEnvironment({ ...none, HUAWEI_AUTH_TOKEN: huawei.authToken }, async bed => {
      expect(await call(bed, 'huaweiCredit')).toMatchObject({ ok: true })
    })
    const { accessKey, secretKey, securityToken } = huawei.temporary
    const temporary = {
      HUAWEI_ACCESS_KEY: accessKey,
      HUAWEI_SECRET_KEY: secretKey,
      HUAWEI_SECURITY_TOKEN: securityToken,
    }
    await withEnvironment(temporary, async bed => {
      expect(await call(bed, 'huaweiCredit')).toMatchObject({ ok: true })
    })
  })

  it("answers the documentation's example: 580.08 used of 10000 leave 9419.92", async () => {
    const { accessKey, secretKey } = documented.huawei
    await withEnvironment({ HUAWEI_ACCESS_KEY: accessKey, HUAWEI_SECRET_KEY: secretKey }, async bed => {
      expect(await call(bed, 'huaweiCredit')).toEqual({
        ok: true,
        data: {
          consumptionQuota: '10000',
          amount: '10.18',
          couponAmount: '10.03',
          dueAmount: '500.28',
          unbilledAmount: '100.01',
          usedConsumptionQuota: '580.08',
          remaining: '9419.92',
          currency: 'USD',
          measureId: 1,
        },
        requestId: expect.any(String),
      })
    })
  })
})

describe('wrong credentials are refused by the upstream, and the answer says which to check', () => {
  it.each([
    ['huaweiCredit', {}, { HUAWEI_SECRET_KEY: 'wrong' }, 'HUAWEI_SECRET_KEY'],
    ['tencentBilling', { action: 'memberBalances' }, { TENCENT_SECRET_KEY: 'wrong' }, 'TENCENT_SECRET_KEY'],
    ['queryQuota', {}, { WECHAT_AUTHORIZER_ACCESS_TOKEN: 'wrong' }, 'token'],
  ])('%s', async (name, event, environment, advice) => {
    await withEnvironment(environment, async bed => {
      expect(await call(bed, name, event)).toMatchObject({
        error: { code: 'UPSTREAM_REJECTED', retryable: false, message: expect.stringContaining(advice) },
      })
    })
  })

  it('an unknown e-sign application is a matter of configuration', async () => {
    await withEnvironment({ TENCENT_ESS_APP_ID: 'nobody' }, async bed => {
      const event = { action: 'usageDetail', startTime: '20260901', endTime: '20260930' }
      expect(await call(bed, 'tencentBilling', event)).toMatchObject({
        error: { code: 'NOT_CONFIGURED', message: expect.stringContaining('TENCENT_ESS_APP_ID') },
      })
    })
  })

  it('all zeros from queryQuota are not granted, which is not used up', async () => {
    const token = sandboxCredentials.wechat.notGrantedAuthorizerAccessToken
    await withEnvironment({ WECHAT_AUTHORIZER_ACCESS_TOKEN: token }, async bed => {
      expect(await call(bed, 'queryQuota')).toMatchObject({
        ok: true,
        data: { rest: 0, limit: 0, speedupRest: 0, speedupLimit: 0, standing: 'not-granted' },
      })
    })
  })
})
