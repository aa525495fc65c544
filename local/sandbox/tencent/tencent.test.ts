import http from 'node:http'
import net from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import Sign from 'tencentcloud-sdk-nodejs/tencentcloud/common/sign'
import { Client as BillingClient } from 'tencentcloud-sdk-nodejs/tencentcloud/services/billing/v20180709/billing_client'
import { Client as EssClient } from 'tencentcloud-sdk-nodejs/tencentcloud/services/essbasic/v20210526/essbasic_client'
import { FaultPlan } from '../../http/faults'
import { documented } from '../documented'
import { type Sandbox, sandboxCredentials, startSandbox } from '../index'
import { type Ask, ask } from '../testing'

const ESS = 'essbasic.tencentcloudapi.com'
const MONTH = { StartTime: '20261101', EndTime: '20261130' }
const agent = { AppId: sandboxCredentials.tencent.essAppId }
const example = sandboxCredentials.documented.tencent
const exampleMonth = { StartTime: '20230902', EndTime: '20230930', Offset: 0, Limit: 20 }

/** The SDK reads the real clock to sign, so the sandbox starts there, and moves only by hand. */
let now: number
let faults: FaultPlan
let sandbox: Sandbox
let sockets: http.Agent

beforeEach(async () => {
  now = Date.now()
  faults = new FaultPlan()
  sandbox = await startSandbox({ now: () => now, faults, scale: { members: 23 } })
  sockets = Object.assign(new http.Agent({ keepAlive: true }), {
    createConnection: (_options: unknown, done: () => void) => net.connect(sandbox.port, '127.0.0.1', done),
  })
})

afterEach(async () => {
  sockets.destroy()
  await sandbox.close()
})

interface Credential {
  secretId: string
  secretKey: string
  token?: string
}

function configuration(endpoint: string, credential: Credential) {
  return { credential, profile: { httpProfile: { endpoint, protocol: 'http://', agent: sockets } } }
}

function billing(credential: Credential = sandboxCredentials.tencent): BillingClient {
  const { secretId, secretKey, token } = credential
  const key = { secretId, secretKey, ...(token && { token }) }
  return new BillingClient(configuration('billing.intl.tencentcloudapi.com', key))
}

function ess(): EssClient {
  const { secretId, secretKey } = sandboxCredentials.tencent
  return new EssClient(configuration(ESS, { secretId, secretKey }))
}

interface UsageAnswer {
  Response: {
    Details: { FlowId: string; CostType: number; QuotaType: string }[]
    Total: number
    Error?: { Code: string }
  }
}

/** The code that the SDK throws, or undefined when it answers. */
async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call
    return undefined
  } catch (error) {
    return (error as { code?: string }).code ?? `no code: ${error}`
  }
}

/** What the SDK makes of a documented answer. */
function response(name: Parameters<typeof documented>[0]): unknown {
  return JSON.parse(documented(name).toString()).Response
}

describe('DescribeOrgMemberAccountBalance by the real SDK', () => {
  it('answers the documented example', async () => {
    const answer = await billing().DescribeOrgMemberAccountBalance({ MemberUins: [example.memberUin] })
    expect(answer).toEqual(response('tencent-member-balance'))
  })

  it('pages through all members; PageSize is what was returned', async () => {
    const uins = new Set<string | undefined>()
    const sizes: unknown[] = []
    for (let PageNumber = 1; PageNumber <= 4; PageNumber++) {
      const answer = await billing().DescribeOrgMemberAccountBalance({ PageNumber })
      expect(answer).toMatchObject({ TotalCount: 23, PageNumber })
      sizes.push(answer.PageSize)
      for (const { MemberUin } of answer.Data ?? []) uins.add(MemberUin)
    }
    expect(sizes).toEqual([10, 10, 3, 0])
    expect(uins.size).toBe(23)
  })

  it('finds members by their uin, and leaves out strangers', async () => {
    const all = await billing().DescribeOrgMemberAccountBalance({ PageSize: 2 })
    const [first, second] = all.Data ?? []
    const MemberUins = [second?.MemberUin ?? '', '1', example.memberUin, first?.MemberUin ?? '']
    const answer = await billing().DescribeOrgMemberAccountBalance({ MemberUins })
    expect(answer).toMatchObject({ TotalCount: 3, PageSize: 3 })
    expect(answer.Data).toEqual([second, expect.objectContaining({ RealBalance: 36365911 }), first])
  })

  it.each([
    ['InvalidParameterValue', { PageSize: 0 }],
    ['InvalidParameterValue', { PageSize: 11 }],
    ['InvalidParameterValue', { PageNumber: 0 }],
    ['InvalidParameterValue', { MemberUins: ['12a'] }],
    ['InvalidParameterValue', { MemberUins: Array<string>(11).fill('1') }],
    ['InvalidParameter', { PageSize: '5' }],
    ['InvalidParameter', { PageNumber: 1.5 }],
    ['InvalidParameter', { MemberUins: '1' }],
    ['InvalidParameter', { MemberUins: [1] }],
    ['UnknownParameter', { Page: 1 }],
  ])('refuses with %s: %j', async (code, parameters) => {
    expect(await codeOf(billing().request('DescribeOrgMemberAccountBalance', parameters))).toBe(code)
  })

  it.each(['FailedOperation', 'InternalError.GatewayError', 'UnauthorizedOperation.CamNoAuth', 'UnsupportedOperation'])(
    'answers the documented %s when a fault asks for it',
    async code => {
      faults.add('DescribeOrgMemberAccountBalance', { kind: 'error', code }, 1)
      expect(await codeOf(billing().DescribeOrgMemberAccountBalance({}))).toBe(code)
      expect(await codeOf(billing().DescribeOrgMemberAccountBalance({}))).toBeUndefined()
    },
  )

  it('leaves out Response when a fault asks for a hollow answer', async () => {
    faults.add('DescribeOrgMemberAccountBalance', { kind: 'hollow' })
    expect(await codeOf(billing().DescribeOrgMemberAccountBalance({}))).toMatch(/^no code: TypeError/)
  })
})

describe('ChannelDescribeBillUsageDetail by the real SDK', () => {
  const ofExample = { AppId: example.essAppId }
  const ofExampleOrganization = {
    ...ofExample,
    ProxyOrganizationOpenId: example.essOrganization,
    ProxyOperator: { OpenId: 'n9527' },
    ProxyAppId: '',
  }

  it('answers documented examples 2 and 3', async () => {
    const whole = await ess().ChannelDescribeBillUsageDetail({ ...exampleMonth, Agent: ofExample })
    const one = await ess().ChannelDescribeBillUsageDetail({ ...exampleMonth, Agent: ofExampleOrganization })
    expect(whole).toEqual(response('tencent-esign-usage-2'))
    expect(one).toEqual(response('tencent-esign-usage-3'))
  })

  it('answers documented example 1', async () => {
    const call = ess().ChannelDescribeBillUsageDetail({ ...exampleMonth, Limit: 500, Agent: ofExampleOrganization })
    await expect(call).rejects.toMatchObject({
      code: 'InvalidParameter.Limit',
      message: '分页参数不合法',
      requestId: 's169935778xxxxxxx',
    })
  })

  it.each([
    { ...exampleMonth, EndTime: '20230917', Agent: ofExample },
    { ...exampleMonth, StartTime: '20230919', Agent: ofExample },
    { ...exampleMonth, Offset: 1, Agent: ofExample },
    { ...exampleMonth, QuotaType: 'SignFlow', Agent: ofExample },
    { ...exampleMonth, Agent: { ...ofExample, ProxyOrganizationOpenId: 'other' } },
  ])('knows no other record of the documented application: %j', async parameters => {
    expect(await ess().ChannelDescribeBillUsageDetail(parameters)).toMatchObject({ Details: [], Total: 0 })
  })

  it('pages by page number: every record once, and one filter at a time adds up to the whole', async () => {
    now = Date.UTC(2026, 11, 1)
    const records = await readAll({})
    expect(records).toHaveLength(180)
    expect(new Set(records.map(record => `${record.FlowId} ${record.CostType}`)).size).toBe(180)
    const byType = await Promise.all(['SignFlow', 'SignFace', 'SignSMS'].map(QuotaType => readAll({ QuotaType })))
    const [flow] = byType
    expect(flow).toEqual(records.filter(record => record.QuotaType === 'SignFlow'))
    const byOrganization = await Promise.all(sandboxCredentials.tencent.essOrganizations.map(readOrganization))
    expect(byOrganization.flat()).toHaveLength(180)
    expect(await readAll({ QuotaType: 'CloudProve' })).toEqual([])
  })

  it('accepts Limit 50 and defaults to it', async () => {
    now = Date.UTC(2026, 11, 1)
    expect((await usage({ Limit: 50 })).Details).toHaveLength(50)
    expect((await usage({})).Details).toHaveLength(50)
  })

  it.each([
    ['InvalidParameter.Limit', { Limit: 51 }],
    ['InvalidParameter.Limit', { Limit: 0 }],
    ['InvalidParameter', { Offset: -1 }],
    ['InvalidParameter', { Offset: '0' }],
    ['InvalidParameterValue.InvalidQuotaType', { QuotaType: 'NoAuthSign' }],
    ['InvalidParameterValue.InvalidTime', { StartTime: '20261131' }],
    ['InvalidParameterValue.InvalidTime', { StartTime: '2026-11-01' }],
    ['InvalidParameterValue.InvalidTime', { StartTime: '20261130', EndTime: '20261101' }],
    ['InvalidParameterValue.InvalidTime', { StartTime: '20261001', EndTime: '20261101' }],
    ['ResourceNotFound.NotExistApplication', { Agent: { AppId: 'other' } }],
    ['MissingParameter', { Agent: {} }],
    ['MissingParameter', { StartTime: undefined }],
    ['InvalidParameter', { Agent: 'app' }],
    ['UnknownParameter', { PageSize: 1 }],
    ['UnknownParameter', { Agent: { ...agent, AppID: 'x' } }],
  ])('refuses with %s: %j', async (code, parameters) => {
    const call = ess().request('ChannelDescribeBillUsageDetail', { ...MONTH, Agent: agent, ...parameters })
    expect(await codeOf(call)).toBe(code)
  })

  it('forbids ranges over two months from 2026-10-10 in Shanghai, and only from then', async () => {
    const across = { StartTime: '20260920', EndTime: '20261008' }
    now = Date.UTC(2026, 9, 9, 15, 59, 59)
    expect((await usage(across)).Error).toBeUndefined()
    expect((await usage({ StartTime: '20260901', EndTime: '20261002' })).Error?.Code).toBe(
      'InvalidParameterValue.InvalidTime',
    )
    now = Date.UTC(2026, 9, 9, 16)
    expect((await usage(across)).Error?.Code).toBe('InvalidParameterValue.InvalidTime')
  })

  /** The SDK signs with the real clock; these move the sandbox's, so they sign for it by hand. */
  async function usage(parameters: object) {
    const body = JSON.stringify({ ...MONTH, Agent: agent, ...parameters })
    const request = signed('ChannelDescribeBillUsageDetail', body)
    return (await ask<UsageAnswer>(sandbox.port, request)).json.Response
  }

  async function readAll(parameters: object) {
    const records: UsageAnswer['Response']['Details'] = []
    for (let Offset = 0; ; Offset++) {
      now += 100
      const { Details, Total } = await usage({ ...parameters, Offset, Limit: 40 })
      records.push(...Details)
      if (records.length >= Total) return records
    }
  }

  function readOrganization(ProxyOrganizationOpenId: string) {
    return readAll({ Agent: { ...agent, ProxyOrganizationOpenId } })
  }
})

describe('Tencent Cloud, whatever the action', () => {
  it('refuses a wrong key, an unknown id, and a temporary key without its token', async () => {
    const { secretId, secretKey, temporary } = sandboxCredentials.tencent
    const call = (credential: Credential) => codeOf(billing(credential).DescribeOrgMemberAccountBalance({}))
    expect(await call({ secretId, secretKey: 'wrong' })).toBe('AuthFailure.SignatureFailure')
    expect(await call({ secretId: 'wrong', secretKey })).toBe('AuthFailure.SecretIdNotFound')
    expect(await call({ secretId: temporary.secretId, secretKey: temporary.secretKey })).toBe(
      'AuthFailure.TokenFailure',
    )
    expect(await call(temporary)).toBeUndefined()
  })

  it('refuses a clock that is over five minutes wrong', async () => {
    now += 302_000
    expect(await codeOf(billing().DescribeOrgMemberAccountBalance({}))).toBe('AuthFailure.SignatureExpire')
  })

  it('refuses the 21st call within a second, for one action and account, until the window slides', async () => {
    for (let call = 0; call < 20; call++) await billing().DescribeOrgMemberAccountBalance({})
    now += 999
    expect(await codeOf(billing().DescribeOrgMemberAccountBalance({}))).toBe('RequestLimitExceeded')
    expect(await codeOf(billing(sandboxCredentials.tencent.temporary).DescribeOrgMemberAccountBalance({}))).toBe(
      undefined,
    )
    expect(await codeOf(ess().ChannelDescribeBillUsageDetail({ ...MONTH, Agent: agent }))).toBeUndefined()
    now += 1
    expect(await codeOf(billing().DescribeOrgMemberAccountBalance({}))).toBeUndefined()
  })

  it('knows its actions and versions only', async () => {
    const right = signed('ChannelDescribeBillUsageDetail', '{}')
    const bare = { host: ESS, path: '/' }
    expect(await refusalOf({ ...right, headers: { ...right.headers, 'x-tc-version': '2020-01-01' } })).toBe(
      'NoSuchVersion',
    )
    expect(await codeOf(billing().request('DescribeAccountBalance', {}))).toBe('InvalidAction')
    expect(await codeOf(billing().request('toString', {}))).toBe('InvalidAction')
    expect(await refusalOf({ ...right, path: '/v2' })).toBe('InvalidAction')
    expect(await refusalOf({ ...bare, method: 'POST' })).toBe('MissingParameter')
    expect(await refusalOf(bare)).toBe('UnsupportedProtocol')
  })

  it('refuses a body that is no JSON object', async () => {
    for (const body of ['', '{', '[]']) {
      expect(await refusalOf(signed('ChannelDescribeBillUsageDetail', body))).toBe('InvalidParameter')
    }
  })

  it('answers every documented example byte for byte', async () => {
    const page = '"StartTime": "20230902",\n"EndTime": "20230930",\n"Offset": 0'
    const app = '"AppId": "yDwFdUUckpsw******yQ0af8bHosXQtb"'
    const whole = `"Agent": {\n${app}\n}`
    const one = `"Agent": {\n${app},\n"ProxyOrganizationOpenId": "org_dianziqian",\n"ProxyAppId": ""\n}`
    const uins = '{\n"MemberUins": [\n"700001941608"\n]\n}'
    const bytes = async (request: Ask) => (await ask(sandbox.port, request)).body
    const usage = (body: string) => bytes(signed('ChannelDescribeBillUsageDetail', body))
    expect(await usage(`{\n${page},\n"Limit": 500,\n${one}\n}`)).toEqual(documented('tencent-esign-usage-1'))
    expect(await usage(`{\n${page},\n"Limit": 20,\n${whole}\n}`)).toEqual(documented('tencent-esign-usage-2'))
    expect(await usage(`{\n${page},\n"Limit": 20,\n${one}\n}`)).toEqual(documented('tencent-esign-usage-3'))
    for (const host of ['billing.intl.tencentcloudapi.com', 'billing.tencentcloudapi.com']) {
      const balances = await bytes(signed('DescribeOrgMemberAccountBalance', uins, host, '2018-07-09'))
      expect(balances).toEqual(documented('tencent-member-balance'))
    }
  })

  async function refusalOf(request: Ask): Promise<string | undefined> {
    return (await ask<UsageAnswer>(sandbox.port, request)).json.Response.Error?.Code
  }
})

/** A request that is signed for the sandbox's own clock, by the SDK's signer. */
function signed(action: string, body: string, host = ESS, version = '2021-05-26') {
  const { secretId, secretKey } = sandboxCredentials.tencent
  const timestamp = Math.floor(now / 1_000)
  const authorization = Sign.sign3({
    method: 'POST',
    url: `https://${host}/`,
    payload: Buffer.from(body),
    timestamp,
    service: host.split('.')[0] ?? '',
    secretId,
    secretKey,
    multipart: false,
    boundary: '',
    headers: { 'Content-Type': 'application/json', Host: host },
  })
  const headers: Record<string, string> = {
    authorization,
    'content-type': 'application/json',
    'x-tc-action': action,
    'x-tc-version': version,
    'x-tc-timestamp': String(timestamp),
  }
  return { host, path: '/', method: 'POST', headers, body }
}
